package org.qpsmtpd.runtime.felix.options;

import java.util.List;

/**
 * The options: every one of qpsmtpd 1.00's {@code qpsmtpd-prefork} and of its older manual page,
 * {@code --console}, and what {@code qpsmtpd-forkserver} has besides. Names and texts are those of
 * prefork, see {@link FrontEnd}.
 */
public enum ProgramOption {
    PORT("port", 0, 65_535, "port of each address that names none; 0 takes a free one (2525)"),
    INTERFACE(
            "interface",
            "ADDRESS",
            "listen here: HOST, A.B.C.D or [IPV6], each with an optional :PORT;"
                    + " may be repeated (all addresses)"),
    USER("user", "NAME", "switch to this user and its groups after binding (none)"),
    CHILDREN("children", 1, 10_000, "how many workers there may be (15)"),
    IDLE_CHILDREN(
            "idle-children",
            0,
            10_000,
            "how many workers are kept warm, at most --children; 0 makes them on demand (5)"),
    LIMIT_CONNECTIONS(
            "limit-connections",
            0,
            1_000_000,
            "how many connections there may be at once; 0: what the open-file limit allows (0)"),
    MAX_FROM_IP(
            "max-from-ip",
            0,
            1_000_000,
            "how many connections one address may have at once; 0 sets no limit (10)"),
    RENICE_PARENT(
            "renice-parent",
            0,
            39,
            "lower the nice value by N, workers go back to the old one; needs root (5)"),
    DETACH("detach", "go to the background once connections are accepted"),
    PID_FILE("pid-file", "PATH", "write the process id here: an absolute path (none)"),
    PRETTY_CHILD("pretty-child", "name the worker threads after what they do"),
    CONSOLE("console", "read commands for the console from standard input: see the command help"),
    DEBUG("debug", "say on standard error what the start does"),
    QUIET("quiet", "print no start-up lines, only warnings and errors"),
    NO_RDNS("no-rdns", "look no host names of clients up"),
    ARCHIVE("archive", "make the archive of Java's classes, from which later starts are quicker"),
    VERSION("version", "print the version"),
    HELP("help", "print this text");

    private final String name;
    private final String placeholder;
    private final boolean number;
    private final int least;
    private final int most;
    private final String meaning;

    ProgramOption(String name, String meaning) {
        this(name, "", meaning);
    }

    ProgramOption(String name, String placeholder, String meaning) {
        this.name = name;
        this.placeholder = placeholder;
        this.number = false;
        this.least = 0;
        this.most = 0;
        this.meaning = meaning;
    }

    ProgramOption(String name, int least, int most, String meaning) {
        this.name = name;
        this.placeholder = "N";
        this.number = true;
        this.least = least;
        this.most = most;
        this.meaning = meaning;
    }

    /** The spellings of the option, without dashes, in lower case; the first is the main one. */
    public List<String> names() {
        return this == INTERFACE ? List.of(name, "listen-address") : List.of(name);
    }

    String meaning() {
        return meaning;
    }

    /** What the usage text calls the value, empty for an option that takes none. */
    String placeholder() {
        return placeholder;
    }

    boolean isFlag() {
        return placeholder.isEmpty();
    }

    /** Whether the value is a whole number. */
    boolean isNumber() {
        return number;
    }

    boolean allows(int value) {
        return number && value >= least && value <= most;
    }

    /** What the value may be, for an error text. */
    String allowed() {
        return number ? "a number from " + least + " to " + most : placeholder;
    }

    /** {@code --console} is not qpsmtpd's, so it must not make qpsmtpd's {@code -c} ambiguous. */
    boolean canBeAbbreviated() {
        return this != CONSOLE;
    }
}
