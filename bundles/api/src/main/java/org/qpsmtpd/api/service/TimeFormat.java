package org.qpsmtpd.api.service;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.IsoFields;
import java.util.Locale;

/**
 * Text with the conversions of C's {@code strftime} in the C locale, such as the name of a file for
 * each day, and {@code %i} for a session. The modifiers {@code E} and {@code O} are ignored; what
 * is no conversion stays as it is.
 *
 * @param pattern the text
 */
public record TimeFormat(String pattern) {
    private static final String[] DAYS = {
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"
    };
    private static final String[] MONTHS = {
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December"
    };

    /** Whether the text differs from session to session. */
    public boolean namesSession() {
        for (int at = pattern.indexOf('%'); at >= 0; at = pattern.indexOf('%', at + 2)) {
            if (pattern.startsWith("i", at + 1)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The text at a moment, for a session.
     *
     * @param time the moment, in the zone to show
     * @param session what {@code %i} stands for; empty to leave {@code %i} as it is
     */
    public String format(ZonedDateTime time, String session) {
        StringBuilder text = new StringBuilder(pattern.length() + 32);
        append(text, pattern, time, session);
        return text.toString();
    }

    private static void append(
            StringBuilder text, String pattern, ZonedDateTime time, String session) {
        int i = 0;
        while (i < pattern.length()) {
            char c = pattern.charAt(i++);
            if (c != '%' || i == pattern.length()) {
                text.append(c);
                continue;
            }
            int begin = i - 1;
            char code = pattern.charAt(i++);
            if ((code == 'E' || code == 'O') && i < pattern.length()) {
                code = pattern.charAt(i++);
            }
            if (!convert(text, code, time, session)) {
                text.append(pattern, begin, i);
            }
        }
    }

    /** Appends one conversion; false when there is none of that letter. */
    private static boolean convert(
            StringBuilder text, char code, ZonedDateTime time, String session) {
        String composed = composition(code);
        if (!composed.isEmpty()) {
            append(text, composed, time, session);
            return true;
        }
        String word = word(code, time, session);
        if (!word.isEmpty()) {
            text.append(word);
            return true;
        }
        return number(text, code, time);
    }

    private static String composition(char code) {
        return switch (code) {
            case 'c' -> "%a %b %e %H:%M:%S %Y";
            case 'D', 'x' -> "%m/%d/%y";
            case 'F' -> "%Y-%m-%d";
            case 'r' -> "%I:%M:%S %p";
            case 'R' -> "%H:%M";
            case 'T', 'X' -> "%H:%M:%S";
            default -> "";
        };
    }

    private static String word(char code, ZonedDateTime time, String session) {
        return switch (code) {
            case '%' -> "%";
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'i' -> session;
            case 'a' -> DAYS[dayOfWeek(time)].substring(0, 3);
            case 'A' -> DAYS[dayOfWeek(time)];
            case 'b', 'h' -> MONTHS[time.getMonthValue() - 1].substring(0, 3);
            case 'B' -> MONTHS[time.getMonthValue() - 1];
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'P' -> time.getHour() < 12 ? "am" : "pm";
            case 'z' -> offset(time.getOffset().getTotalSeconds() / 60);
            case 'Z' -> zoneName(time);
            default -> "";
        };
    }

    private static boolean number(StringBuilder text, char code, ZonedDateTime time) {
        int hour12 = (time.getHour() + 11) % 12 + 1;
        int week = time.getDayOfYear() - 1 + 7;
        switch (code) {
            case 'Y' -> text.append(time.getYear());
            case 'C' -> pad(text, time.getYear() / 100, 2, '0');
            case 'y' -> pad(text, time.getYear() % 100, 2, '0');
            case 'G' -> text.append(time.get(IsoFields.WEEK_BASED_YEAR));
            case 'g' -> pad(text, time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2, '0');
            case 'm' -> pad(text, time.getMonthValue(), 2, '0');
            case 'd' -> pad(text, time.getDayOfMonth(), 2, '0');
            case 'e' -> pad(text, time.getDayOfMonth(), 2, ' ');
            case 'j' -> pad(text, time.getDayOfYear(), 3, '0');
            case 'H' -> pad(text, time.getHour(), 2, '0');
            case 'k' -> pad(text, time.getHour(), 2, ' ');
            case 'I' -> pad(text, hour12, 2, '0');
            case 'l' -> pad(text, hour12, 2, ' ');
            case 'M' -> pad(text, time.getMinute(), 2, '0');
            case 'S' -> pad(text, time.getSecond(), 2, '0');
            case 's' -> text.append(time.toEpochSecond());
            case 'u' -> text.append(time.getDayOfWeek().getValue());
            case 'w' -> text.append(dayOfWeek(time));
            case 'U' -> pad(text, (week - dayOfWeek(time)) / 7, 2, '0');
            case 'W' -> pad(text, (week - (dayOfWeek(time) + 6) % 7) / 7, 2, '0');
            case 'V' -> pad(text, time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0');
            default -> {
                return false;
            }
        }
        return true;
    }

    private static int dayOfWeek(ZonedDateTime time) {
        return time.getDayOfWeek().getValue() % 7;
    }

    private static String offset(int minutes) {
        StringBuilder text = new StringBuilder(5).append(minutes < 0 ? '-' : '+');
        pad(text, Math.abs(minutes) / 60, 2, '0');
        pad(text, Math.abs(minutes) % 60, 2, '0');
        return text.toString();
    }

    private static String zoneName(ZonedDateTime time) {
        return DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH).format(time);
    }

    private static void pad(StringBuilder text, int number, int width, char filler) {
        String digits = Integer.toString(number);
        for (int i = digits.length(); i < width; i++) {
            text.append(filler);
        }
        text.append(digits);
    }
}
