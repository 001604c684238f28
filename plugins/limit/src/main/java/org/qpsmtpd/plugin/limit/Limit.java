package org.qpsmtpd.plugin.limit;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.plugin.Choice;

/**
 * A line of the file {@code limits}.
 *
 * @param what is counted
 * @param whose for whom
 * @param most how many there may be within the period
 * @param period how long it is counted from the first on
 * @param written number and period as they stand in the file
 * @param text what the client reads; empty for the usual one
 */
record Limit(What what, Whose whose, long most, Duration period, String written, String text) {
    private static final Pattern LINE =
            Pattern.compile("(\\S+)\\s+per\\s+(\\S+)\\s+(\\S+)\\s+(\\S+)(?:\\s+(.+))?");
    private static final Pattern NUMBER = Pattern.compile("(\\d{1,9})([kKmMgG]?)");
    private static final Pattern PERIOD = Pattern.compile("(\\d{1,7})([smhd]?)");
    private static final Duration LONGEST = Duration.ofDays(366);

    /**
     * Reads {@code WHAT per WHOM NUMBER PERIOD [TEXT]}.
     *
     * @throws IllegalArgumentException saying what is wrong with the line
     */
    static Limit parse(String line) {
        Matcher words = LINE.matcher(line);
        if (!words.matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + line
                            + "' is not WHAT per WHOM NUMBER PERIOD, such as recipients per sender"
                            + " 200 1h, and no except");
        }
        What what = Choice.of(What.class, "what is counted,", words.group(1));
        Whose whose = Choice.of(Whose.class, "per", words.group(2));
        if (!whose.isOfTheConnection() && !what.isOfTheEnvelope()) {
            throw new IllegalArgumentException(
                    what.word() + " are counted per address or network, not per " + whose.word());
        }
        String written = words.group(3) + " in " + words.group(4);
        String text = words.group(5) == null ? "" : words.group(5).strip();
        return new Limit(
                what, whose, number(words.group(3)), period(words.group(4)), written, text);
    }

    private static long number(String text) {
        Matcher parts = NUMBER.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a number such as 200, 10K, 500M or 2G");
        }
        int shift =
                switch (parts.group(2)) {
                    case "k", "K" -> 10;
                    case "m", "M" -> 20;
                    case "g", "G" -> 30;
                    default -> 0;
                };
        return Long.parseLong(parts.group(1)) << shift;
    }

    private static Duration period(String text) {
        Matcher parts = PERIOD.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a time such as 30s, 1m, 1h, 1d");
        }
        long count = Long.parseLong(parts.group(1));
        Duration period =
                switch (parts.group(2)) {
                    case "m" -> Duration.ofMinutes(count);
                    case "h" -> Duration.ofHours(count);
                    case "d" -> Duration.ofDays(count);
                    default -> Duration.ofSeconds(count);
                };
        if (period.isZero() || period.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("'" + text + "' is not a time from 1s to 366d");
        }
        return period;
    }

    /** The reply, such as {@code too many messages per sender (200 in 1h), try again later}. */
    String reply() {
        String usual =
                "too many "
                        + what.word()
                        + " per "
                        + whose.word()
                        + " ("
                        + written
                        + "), try again later";
        return (text.isEmpty() ? usual : text) + " (#4.7.1)";
    }
}
