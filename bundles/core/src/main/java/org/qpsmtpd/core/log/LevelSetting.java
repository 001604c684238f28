package org.qpsmtpd.core.log;

import java.util.Locale;
import org.qpsmtpd.api.log.LogLevel;

/**
 * A plugin's setting {@code loglevel}: a digit fixes the level of all its lines, {@code +n} and
 * {@code -n} shift it.
 *
 * @param relative whether the number is a shift
 * @param number the level 0 to 7, or the shift -7 to 7
 */
public record LevelSetting(boolean relative, int number) {
    /** Leaves levels as they are. */
    public static final LevelSetting UNCHANGED = new LevelSetting(true, 0);

    /**
     * Reads the setting.
     *
     * @throws IllegalArgumentException naming the text and what is allowed
     */
    public static LevelSetting parse(String text) {
        String trimmed = text.strip().toUpperCase(Locale.ROOT);
        boolean shift = trimmed.startsWith("+") || trimmed.startsWith("-");
        String digits = shift ? trimmed.substring(1) : trimmed;
        if (digits.length() == 1 && digits.charAt(0) >= '0' && digits.charAt(0) <= '7') {
            int value = digits.charAt(0) - '0';
            return new LevelSetting(shift, trimmed.startsWith("-") ? -value : value);
        }
        if (shift) {
            throw new IllegalArgumentException("loglevel '" + text + "' is not -7 to +7");
        }
        return new LevelSetting(false, LogLevel.parse(text).number());
    }

    /** The least urgent level of a line that becomes at least as urgent as another. */
    LogLevel leastUrgent(LogLevel threshold) {
        int least = LogLevel.DEBUG.number();
        while (least > 0 && !threshold.shows(adjust(LogLevel.ofNumber(least)))) {
            least--;
        }
        return LogLevel.ofNumber(least);
    }

    LogLevel adjust(LogLevel asked) {
        return LogLevel.ofNumber(relative ? asked.number() + number : number);
    }
}
