package org.qpsmtpd.plugin.headers;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the date of a message: RFC 5322 section 3.3 with the obsolete forms of section 4.3, in
 * which comments and blanks may stand anywhere. What does not change the moment is not checked: the
 * day of the week, and what follows the zone. A missing or unknown zone is UTC.
 */
final class HeaderDate {
    private static final int MAX_TOKENS = 16;
    private static final List<String> MONTHS =
            List.of(
                    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
                    "dec");

    /** Hours from UTC. The other names of RFC 5322 4.3 are UTC, or mean nothing certain. */
    private static final Map<String, Integer> ZONES =
            Map.of(
                    "EST", -5, "EDT", -4, "CST", -6, "CDT", -5, "MST", -7, "MDT", -6, "PST", -8,
                    "PDT", -7);

    private final Iterator<String> tokens;
    private String token = "";

    private HeaderDate(List<String> tokens) {
        this.tokens = tokens.iterator();
        advance();
    }

    /** The moment that the text names; absent when it is not a date. */
    static Optional<Instant> parse(String text) {
        try {
            return Optional.of(new HeaderDate(tokens(text)).instant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private Instant instant() {
        if (Character.isLetter(first())) {
            advance();
            skip(",");
        }
        int day = number();
        int month = month();
        int year = year();
        int hour = number();
        if (!skip(":")) {
            throw new DateTimeException("no minutes");
        }
        int minute = number();
        int second = skip(":") ? number() : 0;
        LocalDateTime time =
                LocalDateTime.of(year, month, day, hour, minute, second == 60 ? 59 : second);
        return time.toInstant(ZoneOffset.UTC).minusSeconds(60L * zoneMinutes());
    }

    private int month() {
        String name = take().toLowerCase(Locale.ROOT);
        return 1 + MONTHS.indexOf(name.substring(0, Math.min(3, name.length())));
    }

    /** RFC 5322 4.3: two digits are 1950 to 2049, three are counted from 1900. */
    private int year() {
        int length = token.length();
        int year = number(4);
        if (length == 4) {
            return year;
        }
        return length == 2 && year < 50 ? 2000 + year : 1900 + year;
    }

    private int zoneMinutes() {
        boolean west = token.equals("-");
        if (!west && !token.equals("+")) {
            return 60 * ZONES.getOrDefault(token.toUpperCase(Locale.ROOT), 0);
        }
        advance();
        int offset = number(4);
        int minutes = offset / 100 * 60 + offset % 100;
        return west ? -minutes : minutes;
    }

    private int number() {
        return number(2);
    }

    private int number(int maxDigits) {
        String digits = take();
        boolean number = !digits.isEmpty() && digits.length() <= maxDigits;
        for (int i = 0; number && i < digits.length(); i++) {
            number = digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
        }
        if (!number) {
            throw new DateTimeException("no number");
        }
        return Integer.parseInt(digits);
    }

    private boolean skip(String expected) {
        boolean found = token.equals(expected);
        if (found) {
            advance();
        }
        return found;
    }

    private String take() {
        String taken = token;
        advance();
        return taken;
    }

    /** The token's first character; a blank at the end. */
    private char first() {
        return token.isEmpty() ? ' ' : token.charAt(0);
    }

    private void advance() {
        token = tokens.hasNext() ? tokens.next() : "";
    }

    /** Words of letters and digits, and single other characters; the first few of them. */
    private static List<String> tokens(String text) {
        List<String> tokens = new ArrayList<>();
        int i = 0;
        while (i < text.length() && tokens.size() < MAX_TOKENS) {
            char c = text.charAt(i);
            if (c == '(') {
                i = afterComment(text, i);
            } else if (c <= ' ') {
                i++;
            } else {
                int end = i + 1;
                while (Character.isLetterOrDigit(c)
                        && end < text.length()
                        && Character.isLetterOrDigit(text.charAt(end))) {
                    end++;
                }
                tokens.add(text.substring(i, end));
                i = end;
            }
        }
        return tokens;
    }

    /** Comments nest, and a backslash takes the meaning from the next character. */
    private static int afterComment(String text, int start) {
        int depth = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                return i + 1;
            }
        }
        return text.length();
    }
}
