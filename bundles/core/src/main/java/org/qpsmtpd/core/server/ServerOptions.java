package org.qpsmtpd.core.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.core.budget.Budget;
import org.qpsmtpd.core.budget.Descriptors;

/**
 * The options of the command line, or of {@code etc/org.qpsmtpd.cfg}, as the core needs them.
 *
 * @param name tells the server from others in the same process; {@value #ONLY} for the only one
 * @param listen addresses to bind when nobody hands over bound sockets: {@code HOST:PORT}, {@code
 *     [V6]:PORT}
 * @param children most workers, 1 or more
 * @param idleChildren workers kept warm
 * @param limitConnections most connections at once
 * @param maxFromIp most connections of one address, as plugins are told; 0 for no limit
 * @param prettyChild whether workers are named for the process table
 * @param noRdns whether clients' host names are not looked up
 * @param configDirectories where configuration files are, most important first
 * @param deployDirectory folder whose bundles run without a line of config/plugins
 * @param spoolDirectory where spool files go unless {@code spool_dir} says otherwise
 * @param stateDirectory where plugins keep what must be there after a restart
 */
public record ServerOptions(
        String name,
        List<String> listen,
        int children,
        int idleChildren,
        int limitConnections,
        int maxFromIp,
        boolean prettyChild,
        boolean noRdns,
        List<Path> configDirectories,
        Path deployDirectory,
        Path spoolDirectory,
        Path stateDirectory) {
    /** Name of the server that the launcher starts, and of the first one in a host. */
    public static final String ONLY = "qpsmtpd";

    private static final String PREFIX = "org.qpsmtpd.";

    /**
     * Reads options.
     *
     * @param property gives the value of a name such as {@code org.qpsmtpd.children}; null when not
     *     set
     */
    public static ServerOptions of(Function<String, @Nullable String> property) {
        Path home = Path.of(text(property, "home", ".")).toAbsolutePath();
        Path variable = Path.of(text(property, "var_dir", home.resolve("var").toString()));
        List<Path> directories = new ArrayList<>();
        String chosen = text(property, "config_dir", "");
        // The samples of the distribution must not stand before what a site has for qmail.
        directories.add(chosen.isEmpty() ? home.resolve("config") : Path.of(chosen));
        directories.add(qmailDirectory());
        int limit = number(property, "limit_connections", 0);
        return new ServerOptions(
                ONLY,
                List.of(text(property, "interface", "").split(",", -1)),
                Math.max(1, number(property, "children", 15)),
                number(property, "idle_children", 5),
                connections(limit),
                number(property, "max_from_ip", 10),
                Boolean.parseBoolean(text(property, "pretty_child", "false")),
                Boolean.parseBoolean(text(property, "no_rdns", "false")),
                List.copyOf(directories),
                Path.of(text(property, "deploy_dir", home.resolve("deploy").toString())),
                variable.resolve("spool"),
                variable.resolve("state"));
    }

    /**
     * The configuration directories behind the first one, where a server looks for what that does
     * not have: qmail's.
     */
    public List<Path> usualDirectories() {
        return configDirectories.subList(1, configDirectories.size());
    }

    /** Where qmail has its configuration, which is the last that is looked into. */
    static Path qmailDirectory() {
        String qmail = System.getenv("QMAIL");
        return Path.of(qmail == null ? "/var/qmail" : qmail, "control");
    }

    /** How the names of the server's threads begin: nothing for the only one. */
    String threadPrefix() {
        return isOnly() ? "" : name + "/";
    }

    /** How the ids of its sessions begin: nothing for the only one. */
    String idPrefix() {
        return isOnly() ? "" : name + ".";
    }

    boolean isOnly() {
        return name.equals(ONLY);
    }

    /** What the option says, or what descriptors and memory allow when it says 0. */
    static int connections(int limit) {
        int descriptors = Descriptors.ofThisProcess().mostConnections();
        int most = limit > 0 ? limit : Budget.ofThisJvm().mostSessions();
        return Math.min(most, descriptors);
    }

    private static String text(
            Function<String, @Nullable String> property, String name, String fallback) {
        String value = property.apply(PREFIX + name);
        return value == null || value.isEmpty() ? fallback : value;
    }

    private static int number(
            Function<String, @Nullable String> property, String name, int fallback) {
        try {
            return Integer.parseInt(text(property, name, Integer.toString(fallback)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("option " + PREFIX + name + " is not a number", e);
        }
    }
}
