package org.qpsmtpd.core.config;

import java.util.Optional;
import org.qpsmtpd.api.config.Config;

/**
 * The core's files that hold one whole number, and what it may be. A size may be written with K, M
 * or G, in any letter case, for 1024 octets, their square and their cube.
 */
public enum NumberFile {
    /** Largest message in octets; 0 for no limit. */
    DATABYTES(CoreFile.DATABYTES, 0, Long.MAX_VALUE, true),
    /** Octets of a message kept in memory. */
    SIZE_THRESHOLD(CoreFile.SIZE_THRESHOLD, 0, 16 * 1024 * 1024, true),
    /** Seconds a client may take. */
    TIMEOUT(CoreFile.TIMEOUT, 1, 24 * 3600),
    /** Seconds a client may take for a command. */
    TIMEOUTSMTPD(CoreFile.TIMEOUTSMTPD, 1, 24 * 3600),
    /** Most recipients of one message. */
    RCPTMAX(CoreFile.RCPTMAX, 100, 100_000),
    /** Seconds until sessions with replaced plugins are asked to come again. */
    RETIRE_AFTER(CoreFile.RETIRE_AFTER, 0, 24 * 3600),
    /** Bits of an IPv6 address that make one client where connections are counted. */
    IPV6_PREFIX(CoreFile.IPV6_PREFIX, 32, 128);

    private static final String UNITS = "KMG";
    private static final int UNIT_BITS = 10;

    private final String file;
    private final long least;
    private final long most;
    private final boolean size;

    NumberFile(CoreFile file, long least, long most) {
        this(file, least, most, false);
    }

    NumberFile(CoreFile file, long least, long most, boolean size) {
        this.file = file.file();
        this.least = least;
        this.most = most;
        this.size = size;
    }

    /** Name of the file. */
    public String file() {
        return file;
    }

    /**
     * The number, brought into its range.
     *
     * @param fallback what counts when there is no file or no whole number in it
     */
    public long of(Config config, long fallback) {
        long number = config.value(file).map(text -> read(text, fallback)).orElse(fallback);
        return Math.max(least, Math.min(number, most));
    }

    private long read(String text, long fallback) {
        try {
            return parse(text);
        } catch (NumberFormatException e) {
            return fallback;
        }
    }

    private long parse(String text) {
        int digits = text.length() - 1;
        int unit = digits < 1 ? -1 : UNITS.indexOf(Character.toUpperCase(text.charAt(digits)));
        if (!size || unit < 0) {
            return Long.parseLong(text);
        }
        try {
            return Math.multiplyExact(
                    Long.parseLong(text.substring(0, digits)), 1L << (UNIT_BITS * (unit + 1)));
        } catch (ArithmeticException e) {
            throw (NumberFormatException) new NumberFormatException(text).initCause(e);
        }
    }

    /** What is wrong with a text as the number; absent when nothing is. */
    public Optional<String> fault(String text) {
        try {
            long number = parse(text);
            return number < least || number > most
                    ? Optional.of("'" + text + "' is not " + range())
                    : Optional.empty();
        } catch (NumberFormatException e) {
            String sizes = size ? " of octets, as 1048576, 1024K or 1M" : "";
            return Optional.of("'" + text + "' is not a whole number" + sizes + ", " + range());
        }
    }

    private String range() {
        return most == Long.MAX_VALUE ? least + " or more" : least + " to " + most;
    }
}
