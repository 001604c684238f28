package org.qpsmtpd.core.server;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a configuration of a server in a host may say: the long option names of qpsmtpd-prefork, and
 * what the launcher knows by itself.
 */
enum HostKey {
    PORT("port", 0, 65_535),
    INTERFACE("interface", Kind.TEXT),
    CHILDREN("children", 1, 10_000),
    IDLE_CHILDREN("idle-children", 0, 10_000),
    LIMIT_CONNECTIONS("limit-connections", 0, 1_000_000),
    MAX_FROM_IP("max-from-ip", 0, 1_000_000),
    PRETTY_CHILD("pretty-child", Kind.FLAG),
    QUIET("quiet", Kind.FLAG),
    DEBUG("debug", Kind.FLAG),
    CONFIG("config", Kind.TEXT),
    NAME("name", Kind.TEXT),
    SPOOL("spool", Kind.TEXT),
    STATE("state", Kind.TEXT),
    NO_RDNS("no-rdns", Kind.FLAG),
    USER("user", Kind.TEXT, ""),
    RENICE_PARENT("renice-parent", 0, 39, "5"),
    DETACH("detach", Kind.FLAG, "false"),
    PID_FILE("pid-file", Kind.TEXT, ""),
    CONSOLE("console", Kind.FLAG, "false");

    private static final String OTHER_NAME_OF_INTERFACE = "listen-address";

    private enum Kind {
        TEXT,
        FLAG,
        NUMBER
    }

    private final String text;
    private final Kind kind;
    private final int least;
    private final int most;
    private final Optional<String> hostDecides;

    HostKey(String text, Kind kind) {
        this(text, kind, 0, 0, Optional.empty());
    }

    /** An option that the host decides about, and what it is when nobody asks. */
    HostKey(String text, Kind kind, String usual) {
        this(text, kind, 0, 0, Optional.of(usual));
    }

    HostKey(String text, int least, int most) {
        this(text, Kind.NUMBER, least, most, Optional.empty());
    }

    HostKey(String text, int least, int most, String usual) {
        this(text, Kind.NUMBER, least, most, Optional.of(usual));
    }

    HostKey(String text, Kind kind, int least, int most, Optional<String> hostDecides) {
        this.text = text;
        this.kind = kind;
        this.least = least;
        this.most = most;
        this.hostDecides = hostDecides;
    }

    /** The key that a word is, in whatever case and with {@code _} or {@code -}. */
    static Optional<HostKey> of(String word) {
        String key = plain(word);
        return key.equals(OTHER_NAME_OF_INTERFACE)
                ? Optional.of(INTERFACE)
                : Arrays.stream(values()).filter(one -> one.text.equals(key)).findFirst();
    }

    /** A key as it is written in the documentation. */
    static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All keys there are. */
    static List<String> names() {
        Stream<String> own = Arrays.stream(values()).map(HostKey::text);
        return Stream.concat(own, Stream.of(OTHER_NAME_OF_INTERFACE)).sorted().toList();
    }

    String text() {
        return text;
    }

    /** Whether a value that is not empty may be. */
    boolean allows(String value) {
        return switch (kind) {
            case TEXT -> true;
            case FLAG -> flag(value).isPresent();
            case NUMBER -> isNumber(value);
        };
    }

    private boolean isNumber(String value) {
        if (!value.matches("[0-9]{1,9}")) {
            return false;
        }
        int number = Integer.parseInt(value);
        return number >= least && number <= most;
    }

    /** What values may be, in words. */
    String allowed() {
        return switch (kind) {
            case TEXT -> "any text";
            case FLAG -> "true or false";
            case NUMBER -> "a number from " + least + " to " + most;
        };
    }

    /** Whether the value asks for something that only the host can do. */
    boolean isForTheHost(String value) {
        return hostDecides.isPresent() && !normal(value).equals(hostDecides.get());
    }

    private String normal(String value) {
        return kind == Kind.FLAG ? flag(value).map(String::valueOf).orElse(value) : value;
    }

    static Optional<Boolean> flag(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "1", "true", "yes", "on" -> Optional.of(true);
            case "0", "false", "no", "off" -> Optional.of(false);
            default -> Optional.empty();
        };
    }
}
