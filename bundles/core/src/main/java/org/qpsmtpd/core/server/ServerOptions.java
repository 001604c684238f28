package org.qpsmtpd.core.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The options of the command line, or of {@code etc/org.qpsmtpd.cfg}, as the core needs them.
 *
 * @param listen addresses to bind when nobody hands over bound sockets: {@code HOST:PORT}, {@code
 *     [V6]:PORT}
 * @param children most workers, 1 or more
 * @param idleChildren workers kept warm
 * @param limitConnections most connections at once
 * @param maxFromIp most connections of one address, as plugins are told; 0 for no limit
 * @param prettyChild whether workers are named for the process table
 * @param configDirectories where configuration files are, most important first
 * @param deployDirectory folder whose bundles run without a line of config/plugins
 * @param spoolDirectory where spool files go unless {@code spool_dir} says otherwise
 */
public record ServerOptions(
        List<String> listen,
        int children,
        int idleChildren,
        int limitConnections,
        int maxFromIp,
        boolean prettyChild,
        List<Path> configDirectories,
        Path deployDirectory,
        Path spoolDirectory) {
    private static final String PREFIX = "org.qpsmtpd.";
    private static final int RESERVED_FILES = 256;
    private static final int MOST_CONNECTIONS = 50_000;
    private static final int USUAL_DIRECTORIES = 2;

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
        if (!chosen.isEmpty()) {
            directories.add(Path.of(chosen));
        }
        directories.add(home.resolve("config"));
        String qmail = System.getenv("QMAIL");
        directories.add(Path.of(qmail == null ? "/var/qmail" : qmail, "control"));
        int limit = number(property, "limit_connections", 0);
        return new ServerOptions(
                List.of(text(property, "interface", "").split(",", -1)),
                Math.max(1, number(property, "children", 15)),
                number(property, "idle_children", 5),
                limit > 0 ? limit : mostConnections(),
                number(property, "max_from_ip", 10),
                Boolean.parseBoolean(text(property, "pretty_child", "false")),
                List.copyOf(directories),
                Path.of(text(property, "deploy_dir", home.resolve("deploy").toString())),
                variable.resolve("spool"));
    }

    /**
     * The last of the configuration directories, where a server looks for what the one it was given
     * does not have: that of the distribution and qmail's.
     */
    public List<Path> usualDirectories() {
        int all = configDirectories.size();
        return configDirectories.subList(Math.max(0, all - USUAL_DIRECTORIES), all);
    }

    /** As many connections as there may be open files, some left for spool files and jars. */
    private static int mostConnections() {
        try (Stream<String> limits = Files.lines(Path.of("/proc/self/limits"))) {
            return limits.filter(line -> line.startsWith("Max open files"))
                    .map(line -> line.split("\\s+", -1)[3])
                    .mapToInt(ServerOptions::connections)
                    .findFirst()
                    .orElse(MOST_CONNECTIONS);
        } catch (IOException e) {
            return MOST_CONNECTIONS; // not Linux
        }
    }

    private static int connections(String files) {
        boolean small = files.length() <= 6 && files.chars().allMatch(c -> c >= '0' && c <= '9');
        int number = small ? Integer.parseInt(files) : MOST_CONNECTIONS;
        return Math.max(16, Math.min(number - RESERVED_FILES, MOST_CONNECTIONS));
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
