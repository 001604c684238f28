package org.qpsmtpd.core.config;

import java.util.Optional;
import org.qpsmtpd.api.config.Config;

/** The core's files that hold one whole number, and what it may be. */
public enum NumberFile {
    /** Largest message in octets; 0 for no limit. */
    DATABYTES("databytes", 0, Long.MAX_VALUE),
    /** Octets of a message kept in memory. */
    SIZE_THRESHOLD("size_threshold", 0, 16 * 1024 * 1024),
    /** Seconds a client may take. */
    TIMEOUT("timeout", 1, 24 * 3600),
    /** Seconds a client may take for a command. */
    TIMEOUTSMTPD("timeoutsmtpd", 1, 24 * 3600),
    /** Most recipients of one message. */
    RCPTMAX("rcptmax", 100, 100_000),
    /** Seconds until sessions with replaced plugins are asked to come again. */
    RETIRE_AFTER("retire_after", 0, 24 * 3600),
    /** Bits of an IPv6 address that make one client where connections are counted. */
    IPV6_PREFIX("ipv6_prefix", 32, 128);

    private final String file;
    private final long least;
    private final long most;

    NumberFile(String file, long least, long most) {
        this.file = file;
        this.least = least;
        this.most = most;
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
        return Math.max(least, Math.min(config.number(file, fallback), most));
    }

    /** What is wrong with a text as the number; absent when nothing is. */
    public Optional<String> fault(String text) {
        try {
            long number = Long.parseLong(text);
            return number < least || number > most
                    ? Optional.of("'" + text + "' is not " + range())
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.of("'" + text + "' is not a whole number, " + range());
        }
    }

    private String range() {
        return most == Long.MAX_VALUE ? least + " or more" : least + " to " + most;
    }
}
