package org.qpsmtpd.runtime.felix.options;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A program of qpsmtpd's whose command line is taken. All of them start the same server. */
public enum FrontEnd {
    /** {@code qpsmtpd-prefork}: letter case does not count, every option. */
    PREFORK("qpsmtpd-prefork", 0, 10),

    /** {@code qpsmtpd-forkserver}: nine options, each with a letter of its own but one. */
    FORKSERVER("qpsmtpd-forkserver", 15, 5),

    /** {@code qpsmtpd}: serves what inetd, xinetd or tcpserver passed on as standard input. */
    INETD("qpsmtpd", 0, 0);

    /** The system property by which the start script tells its name. */
    static final String PROPERTY = "org.qpsmtpd.program";

    private static final Set<Option> FORKSERVER_OPTIONS =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            Option.INTERFACE,
                            Option.PORT,
                            Option.LIMIT_CONNECTIONS,
                            Option.MAX_FROM_IP,
                            Option.USER,
                            Option.PID_FILE,
                            Option.DETACH,
                            Option.NO_RDNS,
                            Option.HELP));

    private static final Set<Option> PREFORK_OPTIONS =
            Collections.unmodifiableSet(
                    EnumSet.complementOf(EnumSet.of(Option.NO_RDNS, Option.ARCHIVE)));

    private static final Set<Option> INETD_OPTIONS =
            Collections.unmodifiableSet(EnumSet.of(Option.ARCHIVE, Option.VERSION, Option.HELP));

    private static final Map<Option, List<String>> FORKSERVER_NAMES =
            Map.of(
                    Option.INTERFACE, List.of("listen-address", "l"),
                    Option.PORT, List.of("port", "p"),
                    Option.LIMIT_CONNECTIONS, List.of("limit-connections", "c"),
                    Option.MAX_FROM_IP, List.of("max-from-ip", "m"),
                    Option.USER, List.of("user", "u"),
                    Option.DETACH, List.of("detach", "d"),
                    Option.NO_RDNS, List.of("no-rdns", "H"),
                    Option.HELP, List.of("help", "h"));

    private static final Map<Option, String> FORKSERVER_MEANINGS =
            Map.of(
                    Option.PORT,
                    "port of each address that names none; 0 takes a free one; may be repeated,"
                            + " each address is then bound on every port (2525)",
                    Option.LIMIT_CONNECTIONS,
                    "how many connections there may be at once; 0: what the open-file limit"
                            + " allows (15)",
                    Option.MAX_FROM_IP,
                    "how many connections one address may have at once; 0 sets no limit (5)",
                    Option.USER,
                    "switch to this user and its groups after binding (smtpd when started as"
                            + " root, else none)");

    private final String program;
    private final int limitConnections;
    private final int maxFromIp;

    FrontEnd(String program, int limitConnections, int maxFromIp) {
        this.program = program;
        this.limitConnections = limitConnections;
        this.maxFromIp = maxFromIp;
    }

    /** The one whose start script runs this JVM; prefork when it says nothing. */
    public static FrontEnd fromStartScript() {
        String name = System.getProperty(PROPERTY, PREFORK.program);
        return Arrays.stream(values())
                .filter(frontEnd -> frontEnd.program.equals(name))
                .findFirst()
                .orElse(PREFORK);
    }

    /** The program's name. */
    public String program() {
        return program;
    }

    /** The deployment model's name, as the core is told. */
    public String model() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The options it has, in the order of its usage text. */
    public Set<Option> options() {
        return switch (this) {
            case PREFORK -> PREFORK_OPTIONS;
            case FORKSERVER -> FORKSERVER_OPTIONS;
            case INETD -> INETD_OPTIONS;
        };
    }

    /** The spellings of an option, without dashes; the first is the main one. */
    List<String> names(Option option) {
        return this != FORKSERVER
                ? option.names()
                : FORKSERVER_NAMES.getOrDefault(option, option.names());
    }

    /** The option as an administrator types it. */
    String spelled(Option option) {
        return "--" + names(option).get(0);
    }

    String meaning(Option option) {
        return this != FORKSERVER
                ? option.meaning()
                : FORKSERVER_MEANINGS.getOrDefault(option, option.meaning());
    }

    /** Whether {@code --PORT} is {@code --port}. */
    boolean ignoresCase() {
        return this != FORKSERVER;
    }

    /** Whether {@code --port} may be repeated. */
    boolean takesSeveralPorts() {
        return this == FORKSERVER;
    }

    int limitConnections() {
        return limitConnections;
    }

    int maxFromIp() {
        return maxFromIp;
    }

    /** The user to switch to when root starts it and names none; null to go on as root. */
    public @Nullable String usualUser() {
        return this == FORKSERVER ? "smtpd" : null;
    }
}
