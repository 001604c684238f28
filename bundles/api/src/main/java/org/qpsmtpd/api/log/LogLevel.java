package org.qpsmtpd.api.log;

import java.util.Locale;

/**
 * qpsmtpd's eight log levels, most urgent first. A logger shows a record whose number is at most
 * its own.
 */
public enum LogLevel {
    /** 0: unusable. */
    EMERG(0),
    /** 1: act at once. */
    ALERT(1),
    /** 2: a plugin or resource failed. */
    CRIT(2),
    /** 3: something was lost. */
    ERROR(3),
    /** 4: an operator should look. */
    WARN(4),
    /** 5: normal but notable. */
    NOTICE(5),
    /** 6: one line for each decision. */
    INFO(6),
    /** 7: how it came to it. */
    DEBUG(7);

    private static final LogLevel[] VALUES = values();

    private final int number;

    LogLevel(int number) {
        this.number = number;
    }

    /** The number qpsmtpd gives the level, 0 to 7. */
    public int number() {
        return number;
    }

    /** Whether a logger with this threshold shows a record of the given level. */
    public boolean shows(LogLevel record) {
        return record.number <= number;
    }

    /** The level with the given number; numbers outside 0 to 7 give the nearest. */
    public static LogLevel ofNumber(int number) {
        return VALUES[Math.max(0, Math.min(number, VALUES.length - 1))];
    }

    /**
     * Reads a level as qpsmtpd's configuration writes it: {@code 0} to {@code 7}, {@code INFO},
     * {@code LOGINFO} or {@code LOGRADAR} (the same as EMERG), in any case.
     *
     * @throws IllegalArgumentException naming the text and what is allowed
     */
    public static LogLevel parse(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        if (name.matches("[0-9]{1,2}")) {
            return ofNumber(Integer.parseInt(name));
        }
        String plain = name.startsWith("LOG") ? name.substring(3) : name;
        if (plain.equals("RADAR")) {
            return EMERG;
        }
        for (LogLevel level : VALUES) {
            if (level.name().equals(plain)) {
                return level;
            }
        }
        throw new IllegalArgumentException(
                "log level '"
                        + text
                        + "' is not 0 to 7 or one of LOGEMERG, LOGALERT, LOGCRIT,"
                        + " LOGERROR, LOGWARN, LOGNOTICE, LOGINFO, LOGDEBUG");
    }
}
