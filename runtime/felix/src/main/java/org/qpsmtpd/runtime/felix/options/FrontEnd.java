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

    private static final Set<ProgramOption> FORKSERVER_OPTIONS =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            ProgramOption.INTERFACE,
                            ProgramOption.PORT,
                            ProgramOption.LIMIT_CONNECTIONS,
                            ProgramOption.MAX_FROM_IP,
                            ProgramOption.USER,
                            ProgramOption.PID_FILE,
                            ProgramOption.DETACH,
                            ProgramOption.NO_RDNS,
                            ProgramOption.HELP));

    private static final Set<ProgramOption> PREFORK_OPTIONS =
            Collections.unmodifiableSet(
                    EnumSet.complementOf(EnumSet.of(ProgramOption.NO_RDNS, ProgramOption.ARCHIVE)));

    private static final Set<ProgramOption> INETD_OPTIONS =
            Collections.unmodifiableSet(
                    EnumSet.of(ProgramOption.ARCHIVE, ProgramOption.VERSION, ProgramOption.HELP));

    private static final Map<ProgramOption, List<String>> FORKSERVER_NAMES =
            Map.of(
                    ProgramOption.INTERFACE, List.of("listen-address", "l"),
                    ProgramOption.PORT, List.of("port", "p"),
                    ProgramOption.LIMIT_CONNECTIONS, List.of("limit-connections", "c"),
                    ProgramOption.MAX_FROM_IP, List.of("max-from-ip", "m"),
                    ProgramOption.USER, List.of("user", "u"),
                    ProgramOption.DETACH, List.of("detach", "d"),
                    ProgramOption.NO_RDNS, List.of("no-rdns", "H"),
                    ProgramOption.HELP, List.of("help", "h"));

    private static final Map<ProgramOption, String> FORKSERVER_MEANINGS =
            Map.of(
                    ProgramOption.PORT,
                    "port of each address that names none; 0 takes a free one; may be repeated,"
                            + " each address is then bound on every port (2525)",
                    ProgramOption.LIMIT_CONNECTIONS,
                    "how many connections there may be at once; 0: what the open-file limit"
                            + " allows (15)",
                    ProgramOption.MAX_FROM_IP,
                    "how many connections one address may have at once; 0 sets no limit (5)",
                    ProgramOption.USER,
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
    public Set<ProgramOption> options() {
        return switch (this) {
            case PREFORK -> PREFORK_OPTIONS;
            case FORKSERVER -> FORKSERVER_OPTIONS;
            case INETD -> INETD_OPTIONS;
        };
    }

    /** The spellings of an option, without dashes; the first is the main one. */
    List<String> names(ProgramOption option) {
        return this != FORKSERVER
                ? option.names()
                : FORKSERVER_NAMES.getOrDefault(option, option.names());
    }

    /** The option as an administrator types it. */
    String spelled(ProgramOption option) {
        return "--" + names(option).get(0);
    }

    String meaning(ProgramOption option) {
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
