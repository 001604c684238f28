package org.qpsmtpd.console.text;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as people say them. */
public final class Times {
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Times() {}

    /** In the two largest units, as in {@code 7s}, {@code 1m20s}, {@code 3h05m}, {@code 2d04h}. */
    public static String span(Duration span) {
        long seconds = Math.max(0, span.toSeconds());
        if (seconds < MINUTE) {
            return seconds + "s";
        }
        if (seconds < HOUR) {
            return pair(seconds, MINUTE, "m", 1, "s");
        }
        return seconds < DAY
                ? pair(seconds, HOUR, "h", MINUTE, "m")
                : pair(seconds, DAY, "d", HOUR, "h");
    }

    private static String pair(
            long seconds, long large, String name, long small, String smallName) {
        return String.format(
                "%d%s%02d%s", seconds / large, name, seconds % large / small, smallName);
    }

    /** A short time with its unit, as in {@code 350 us}, {@code 1.2 ms}, {@code 3.4 s}. */
    public static String micros(long micros) {
        if (micros < 1_000) {
            return micros + " us";
        }
        return micros < 1_000_000
                ? String.format(Locale.ROOT, "%.1f ms", micros / 1e3)
                : String.format(Locale.ROOT, "%.1f s", micros / 1e6);
    }

    /** Date and time to the second. */
    public static String moment(Instant instant, ZoneId zone) {
        return MOMENT.format(instant.atZone(zone));
    }

    /** The time of day to the millisecond. */
    public static String timeOfDay(Instant instant, ZoneId zone) {
        return TIME.format(instant.atZone(zone));
    }
}
