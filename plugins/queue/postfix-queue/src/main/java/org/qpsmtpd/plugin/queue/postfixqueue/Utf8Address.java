package org.qpsmtpd.plugin.queue.postfixqueue;

import java.util.Optional;

/** The coding of addresses in UTF-8 within ASCII: {@code \x{HEX}} (RFC 6533 section 3). */
final class Utf8Address {
    private static final String BEGIN = "\\x{";
    private static final int MOST_DIGITS = 6;

    private Utf8Address() {}

    /** The address; absent when it is malformed, or could be no line of a report. */
    static Optional<String> decode(String coded) {
        StringBuilder plain = new StringBuilder();
        int i = 0;
        while (i < coded.length()) {
            if (!coded.startsWith(BEGIN, i)) {
                plain.append(coded.charAt(i));
                i++;
                continue;
            }
            int end = coded.indexOf('}', i);
            int point = end < 0 ? -1 : point(coded.substring(i + BEGIN.length(), end));
            if (point < 0) {
                return Optional.empty();
            }
            plain.appendCodePoint(point);
            i = end + 1;
        }
        return Optional.of(plain.toString());
    }

    private static int point(String digits) {
        boolean isHex =
                !digits.isEmpty()
                        && digits.length() <= MOST_DIGITS
                        && digits.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
        int point = isHex ? Integer.parseInt(digits, 16) : -1;
        boolean isShown =
                Character.isValidCodePoint(point)
                        && !Character.isISOControl(point)
                        && (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE);
        return isShown && point != 0x2028 && point != 0x2029 ? point : -1;
    }
}
