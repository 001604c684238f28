package org.qpsmtpd.core.server;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.core.config.FileUrl;
import org.qpsmtpd.core.config.Spelling;

/**
 * A configuration of Configuration Admin for a server, such as a host makes of {@code
 * etc/org.qpsmtpd.cfg} or {@code etc/org.qpsmtpd.server-NAME.cfg}: checked and with defaults filled
 * in.
 *
 * @param place the file, or the configuration's pid
 * @param options for the server
 * @param remarks what the host decides though the configuration says it, a line each
 * @param quiet whether the start is not worth a line
 * @param debug whether the start is worth more lines
 */
record HostConfiguration(
        String place, ServerOptions options, List<String> remarks, boolean quiet, boolean debug) {
    private static final String FILE = "felix.fileinstall.filename";
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    /** Beginnings of keys that frameworks and hosts add. */
    private static final List<String> FOREIGN =
            List.of(
                    "service.",
                    "component.",
                    "felix.fileinstall.",
                    "org.apache.karaf.",
                    "osgi.ds.",
                    ":configurator:",
                    ".");

    /** What is there beside the configuration itself. */
    private record Reader(
            String place, Map<HostKey, String> values, Function<String, @Nullable String> host) {
        String text(HostKey key) {
            return values.getOrDefault(key, "");
        }

        int number(HostKey key, int otherwise) {
            String value = text(key);
            return value.isEmpty() ? otherwise : Integer.parseInt(value);
        }

        boolean flag(HostKey key) {
            return HostKey.flag(text(key)).orElse(false);
        }

        ConfigurationFault fault(HostKey key, String value, String allowed) {
            return new ConfigurationFault(
                    place
                            + ": "
                            + key.text()
                            + " = '"
                            + value
                            + "' cannot be: "
                            + allowed
                            + "; this server does not start");
        }
    }

    /**
     * Reads a configuration.
     *
     * @param properties as Configuration Admin has them
     * @param host gives a framework property; null when not set
     * @param dataArea where the spool goes when the host has no folder for data
     * @throws ConfigurationFault with the first mistake
     */
    static HostConfiguration read(
            Map<String, ?> properties, Function<String, @Nullable String> host, Path dataArea)
            throws ConfigurationFault {
        String place = place(properties);
        Reader reader = new Reader(place, values(place, properties), host);
        String name = name(reader, properties);
        int children = reader.number(HostKey.CHILDREN, 15);
        ServerOptions options =
                new ServerOptions(
                        name,
                        addresses(reader),
                        children,
                        Math.min(children, reader.number(HostKey.IDLE_CHILDREN, 5)),
                        ServerOptions.connections(reader.number(HostKey.LIMIT_CONNECTIONS, 0)),
                        reader.number(HostKey.MAX_FROM_IP, 10),
                        reader.flag(HostKey.PRETTY_CHILD),
                        reader.flag(HostKey.NO_RDNS),
                        List.of(config(reader, name), ServerOptions.qmailDirectory()),
                        Path.of("deploy"),
                        spool(reader, name, dataArea),
                        state(reader, name));
        return new HostConfiguration(
                place,
                options,
                remarks(reader),
                reader.flag(HostKey.QUIET),
                reader.flag(HostKey.DEBUG));
    }

    /** Where the administrator wrote it. */
    static String place(Map<String, ?> properties) {
        Object file = properties.get(FILE);
        return file == null
                ? "configuration " + properties.get("service.pid")
                : FileUrl.path(file.toString());
    }

    private static Map<HostKey, String> values(String place, Map<String, ?> properties)
            throws ConfigurationFault {
        Map<HostKey, String> values = new EnumMap<>(HostKey.class);
        for (Map.Entry<String, ?> entry : new TreeMap<>(properties).entrySet()) {
            if (FOREIGN.stream().anyMatch(entry.getKey()::startsWith)) {
                continue;
            }
            HostKey key = HostKey.of(entry.getKey()).orElse(null);
            if (key == null) {
                throw unknown(place, entry.getKey());
            }
            String value = text(entry.getValue());
            if (value.isEmpty()) {
                continue;
            }
            if (!key.allows(value)) {
                throw new Reader(place, values, name -> null).fault(key, value, key.allowed());
            }
            values.merge(key, value, (one, other) -> one + "," + other);
        }
        return values;
    }

    private static ConfigurationFault unknown(String place, String word) {
        String hint =
                Spelling.nearest(HostKey.plain(word), HostKey.names())
                        .map(name -> "did you mean '" + name + "'?")
                        .orElse("the keys are " + String.join(", ", HostKey.names()));
        return new ConfigurationFault(
                place
                        + ": there is no key '"
                        + word
                        + "', "
                        + hint
                        + "; this server does not start");
    }

    private static String text(@Nullable Object value) {
        if (value instanceof Collection<?> many) {
            return many.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        if (value instanceof Object[] many) {
            return Arrays.stream(many).map(String::valueOf).collect(Collectors.joining(","));
        }
        return value == null ? "" : value.toString().strip();
    }

    /** What is written, or the end of the name of the file or of the configuration. */
    private static String name(Reader reader, Map<String, ?> properties) throws ConfigurationFault {
        String written = reader.text(HostKey.NAME);
        String name = written.isEmpty() ? usualName(reader, properties) : written;
        if (!name.matches(NAME)) {
            throw reader.fault(
                    HostKey.NAME, name, "a name has letters, digits, '-', '_' and '.', 64 at most");
        }
        return name;
    }

    private static String usualName(Reader reader, Map<String, ?> properties) {
        if (properties.get("service.factoryPid") == null) {
            return ServerOptions.ONLY;
        }
        String pid = String.valueOf(properties.get("service.pid"));
        int tilde = pid.indexOf('~');
        if (tilde >= 0) {
            return pid.substring(tilde + 1);
        }
        // An older FileInstall makes a pid of its own.
        String file = reader.place().substring(reader.place().lastIndexOf('/') + 1);
        int dash = file.indexOf('-');
        int end = file.lastIndexOf('.');
        return properties.containsKey(FILE) && dash >= 0 && end > dash
                ? file.substring(dash + 1, end)
                : pid.substring(pid.lastIndexOf('.') + 1);
    }

    private static List<String> addresses(Reader reader) throws ConfigurationFault {
        int port = reader.number(HostKey.PORT, BindAddress.USUAL_PORT);
        List<String> addresses = new ArrayList<>();
        for (String text : reader.text(HostKey.INTERFACE).split(",", -1)) {
            String address = text.strip();
            try {
                BindAddress parsed = BindAddress.parse(address, port);
                addresses.add(parsed.host() + ":" + parsed.port());
            } catch (IllegalArgumentException e) {
                throw reader.fault(
                        HostKey.INTERFACE,
                        address,
                        "write HOST, A.B.C.D or [IPV6], each with an optional :PORT");
            }
        }
        return List.copyOf(addresses);
    }

    private static Path config(Reader reader, String name) throws ConfigurationFault {
        String written = reader.text(HostKey.CONFIG);
        String etc = reader.host().apply("karaf.etc");
        if (!written.isEmpty()) {
            Path path = path(reader, HostKey.CONFIG, written);
            return etc == null ? path.toAbsolutePath() : Path.of(etc).resolve(path);
        }
        if (etc == null) {
            throw reader.fault(HostKey.CONFIG, "", "name the configuration directory");
        }
        String only = ServerOptions.ONLY;
        return Path.of(etc, name.equals(only) ? only : only + "-" + name).toAbsolutePath();
    }

    private static Path spool(Reader reader, String name, Path dataArea) throws ConfigurationFault {
        String written = reader.text(HostKey.SPOOL);
        if (!written.isEmpty()) {
            return path(reader, HostKey.SPOOL, written).toAbsolutePath();
        }
        Path data =
                Optional.ofNullable(reader.host().apply("karaf.data"))
                        .map(folder -> Path.of(folder, "qpsmtpd"))
                        .orElse(dataArea);
        return data.resolve(name).resolve("spool").toAbsolutePath();
    }

    /** Not among the host's data, which some hosts delete for a clean start. */
    private static Path state(Reader reader, String name) throws ConfigurationFault {
        String written = reader.text(HostKey.STATE);
        if (!written.isEmpty()) {
            return path(reader, HostKey.STATE, written).toAbsolutePath();
        }
        String base = Optional.ofNullable(reader.host().apply("karaf.base")).orElse("");
        return Path.of(base, "var", "qpsmtpd", name).toAbsolutePath();
    }

    private static Path path(Reader reader, HostKey key, String text) throws ConfigurationFault {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw reader.fault(key, text, "name a path");
        }
    }

    private static List<String> remarks(Reader reader) {
        List<String> remarks = new ArrayList<>();
        reader.values()
                .forEach(
                        (key, value) -> {
                            if (key.isForTheHost(value)) {
                                remarks.add(
                                        reader.place()
                                                + ": "
                                                + key.text()
                                                + " = '"
                                                + value
                                                + "' changes nothing: the host of this server"
                                                + " decides that");
                            }
                        });
        return List.copyOf(remarks);
    }
}
