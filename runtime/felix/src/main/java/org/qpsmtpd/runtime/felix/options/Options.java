package org.qpsmtpd.runtime.felix.options;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/**
 * The command line, checked and with defaults filled in.
 *
 * @param frontEnd whose command line it is
 * @param ports ports of addresses that name none, at least one
 * @param addresses where to listen, in the order given; empty means all addresses of the host
 * @param user the user to switch to, or null
 * @param children how many workers there may be, at least 1
 * @param idleChildren warm workers, 0 to {@code children}
 * @param limitConnections connections at once, 0 for no limit
 * @param maxFromIp connections at once of one address, 0 for no limit
 * @param renice by how much to lower the nice value
 * @param reniceAsked whether the administrator gave {@code renice}, so that it must be possible
 * @param noRdns whether clients' host names are not looked up
 * @param pidFile absolute, or null
 */
public record Options(
        FrontEnd frontEnd,
        List<Integer> ports,
        List<ListenAddress> addresses,
        @Nullable String user,
        int children,
        int idleChildren,
        int limitConnections,
        int maxFromIp,
        int renice,
        boolean reniceAsked,
        boolean noRdns,
        @Nullable Path pidFile,
        boolean detach,
        boolean prettyChild,
        boolean console,
        boolean debug,
        boolean quiet) {

    /** Every framework property that carries an option or a folder to the core begins so. */
    public static final String PREFIX = "org.qpsmtpd.";

    private static final Pattern USER = Pattern.compile("\\w[\\w-]*");
    private static final Pattern PID_FILE = Pattern.compile("/[\\w/.-]*[\\w.-]");

    private static final int MOST_CHILDREN = 10_000;

    public Options {
        ports = List.copyOf(ports);
        addresses = List.copyOf(addresses);
    }

    /**
     * Checks what has been read.
     *
     * @throws StartFailure with status 2 and a line that names the option
     */
    public static Options of(CommandLine line) throws StartFailure {
        FrontEnd frontEnd = line.frontEnd();
        List<Integer> ports = ports(line);
        int limit = number(line, ProgramOption.LIMIT_CONNECTIONS, frontEnd.limitConnections());
        // A forkserver has a child for each connection.
        boolean forks = frontEnd != FrontEnd.PREFORK;
        int children = forks ? childFor(limit) : number(line, ProgramOption.CHILDREN, 15);
        // 1.00 takes more idle children than children for "all of them"; so does this.
        int idle = forks ? 0 : Math.min(children, number(line, ProgramOption.IDLE_CHILDREN, 5));
        if (line.has(ProgramOption.CONSOLE) && line.has(ProgramOption.DETACH)) {
            throw StartFailure.usage(
                    "option --console needs a terminal, so it cannot be used with --detach");
        }
        return new Options(
                frontEnd,
                ports,
                addresses(line, ports),
                user(line),
                children,
                idle,
                limit,
                number(line, ProgramOption.MAX_FROM_IP, frontEnd.maxFromIp()),
                number(line, ProgramOption.RENICE_PARENT, forks ? 0 : 5),
                line.has(ProgramOption.RENICE_PARENT),
                line.has(ProgramOption.NO_RDNS),
                pidFile(line),
                line.has(ProgramOption.DETACH),
                line.has(ProgramOption.PRETTY_CHILD),
                line.has(ProgramOption.CONSOLE),
                line.has(ProgramOption.DEBUG),
                line.has(ProgramOption.QUIET) || frontEnd == FrontEnd.INETD);
    }

    /**
     * The options as framework properties: {@link #PREFIX} and the long name, with {@code _} for
     * {@code -}. Options without a value here have no property.
     *
     * @param listening the addresses really bound, with their real ports
     */
    public Map<String, String> properties(List<String> listening) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(key(ProgramOption.PORT), joined(ports));
        properties.put(key(ProgramOption.INTERFACE), joined(listening));
        if (user != null) {
            properties.put(key(ProgramOption.USER), user);
        }
        properties.put(key(ProgramOption.CHILDREN), Integer.toString(children));
        properties.put(key(ProgramOption.IDLE_CHILDREN), Integer.toString(idleChildren));
        properties.put(key(ProgramOption.LIMIT_CONNECTIONS), Integer.toString(limitConnections));
        properties.put(key(ProgramOption.MAX_FROM_IP), Integer.toString(maxFromIp));
        properties.put(key(ProgramOption.RENICE_PARENT), Integer.toString(renice));
        properties.put(key(ProgramOption.NO_RDNS), Boolean.toString(noRdns));
        properties.put(key(ProgramOption.DETACH), Boolean.toString(detach));
        if (pidFile != null) {
            properties.put(key(ProgramOption.PID_FILE), pidFile.toString());
        }
        properties.put(key(ProgramOption.PRETTY_CHILD), Boolean.toString(prettyChild));
        properties.put(key(ProgramOption.CONSOLE), Boolean.toString(console));
        properties.put(key(ProgramOption.DEBUG), Boolean.toString(debug));
        properties.put(key(ProgramOption.QUIET), Boolean.toString(quiet));
        return properties;
    }

    private static int childFor(int limitConnections) {
        return limitConnections == 0 ? MOST_CHILDREN : Math.min(limitConnections, MOST_CHILDREN);
    }

    private static List<Integer> ports(CommandLine line) {
        List<Integer> ports = line.all(ProgramOption.PORT).stream().map(Integer::valueOf).toList();
        if (ports.isEmpty()) {
            return List.of(2525);
        }
        return line.frontEnd().takesSeveralPorts()
                ? ports
                : ports.subList(ports.size() - 1, ports.size());
    }

    /** Each address on each port; one that names a port of its own on that alone. */
    private static List<ListenAddress> addresses(CommandLine line, List<Integer> ports)
            throws StartFailure {
        String option = line.frontEnd().spelled(ProgramOption.INTERFACE);
        List<ListenAddress> addresses = new ArrayList<>();
        for (String text : line.all(ProgramOption.INTERFACE)) {
            Map<String, ListenAddress> each = new LinkedHashMap<>();
            for (int port : ports) {
                ListenAddress address = ListenAddress.parse(option, text, port);
                each.put(address.toString(), address);
            }
            addresses.addAll(each.values());
        }
        return addresses;
    }

    private static String joined(List<?> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static String key(ProgramOption option) {
        return PREFIX + option.names().get(0).replace('-', '_');
    }

    private static int number(CommandLine line, ProgramOption option, int otherwise) {
        @Nullable String value = line.last(option);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    private static @Nullable String user(CommandLine line) throws StartFailure {
        @Nullable String name = line.last(ProgramOption.USER);
        if (name != null && !USER.matcher(name).matches()) {
            throw StartFailure.usage(
                    "option --user: \""
                            + name
                            + "\" is no user name, it may have letters, digits, _ and -");
        }
        return name;
    }

    private static @Nullable Path pidFile(CommandLine line) throws StartFailure {
        @Nullable String path = line.last(ProgramOption.PID_FILE);
        if (path == null) {
            return null;
        }
        if (!PID_FILE.matcher(path).matches()) {
            throw StartFailure.usage(
                    "option --pid-file: \""
                            + path
                            + "\" is no absolute path of letters, digits, _ / . and -");
        }
        return Path.of(path);
    }
}
