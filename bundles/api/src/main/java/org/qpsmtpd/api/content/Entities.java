package org.qpsmtpd.api.content;

import java.util.Map;

/** Characters that HTML writes by number or by name. */
final class Entities {
    private static final int LONGEST = 12;

    /** Those by which addresses and words are hidden. */
    private static final Map<String, String> NAMED =
            Map.ofEntries(
                    Map.entry("amp", "&"),
                    Map.entry("lt", "<"),
                    Map.entry("gt", ">"),
                    Map.entry("quot", "\""),
                    Map.entry("apos", "'"),
                    Map.entry("nbsp", " "),
                    Map.entry("period", "."),
                    Map.entry("sol", "/"),
                    Map.entry("bsol", "\\"),
                    Map.entry("colon", ":"),
                    Map.entry("commat", "@"),
                    Map.entry("quest", "?"),
                    Map.entry("num", "#"),
                    Map.entry("equals", "="),
                    Map.entry("percnt", "%"),
                    Map.entry("hyphen", "-"),
                    Map.entry("lowbar", "_"),
                    Map.entry("shy", ""),
                    Map.entry("zwj", ""),
                    Map.entry("zwnj", ""),
                    Map.entry("ZeroWidthSpace", ""),
                    Map.entry("NoBreak", ""),
                    Map.entry("Tab", "\t"),
                    Map.entry("NewLine", "\n"));

    private Entities() {}

    /** The text with them read; what is none stays. */
    static String decode(String text) {
        int at = text.indexOf('&');
        if (at < 0) {
            return text;
        }
        StringBuilder decoded = new StringBuilder(text.length());
        int from = 0;
        while (at >= 0) {
            decoded.append(text, from, at);
            from = one(text, at, decoded);
            at = text.indexOf('&', from);
        }
        return decoded.append(text, from, text.length()).toString();
    }

    /** Appends what the sign that begins there means, and returns where it ends. */
    private static int one(String text, int at, StringBuilder decoded) {
        if (at + 2 < text.length() && text.charAt(at + 1) == '#') {
            boolean isHex = (text.charAt(at + 2) | 32) == 'x';
            return number(text, at, at + (isHex ? 3 : 2), isHex ? 16 : 10, decoded);
        }
        int end = at + 1;
        while (end < text.length() && end - at <= 16 && Character.isLetter(text.charAt(end))) {
            end++;
        }
        String meant = NAMED.get(text.substring(at + 1, end));
        boolean isKnown = meant != null && end < text.length() && text.charAt(end) == ';';
        decoded.append(isKnown ? meant : "&");
        return isKnown ? end + 1 : at + 1;
    }

    private static int number(String text, int at, int first, int radix, StringBuilder decoded) {
        int end = first;
        int value = 0;
        while (end < text.length() && end - first < LONGEST) {
            int digit = Character.digit(text.charAt(end), radix);
            if (digit < 0 || text.charAt(end) > 127) {
                break;
            }
            value = Math.min(value * radix + digit, Character.MAX_CODE_POINT + 1);
            end++;
        }
        if (end == first || value == 0 || value > Character.MAX_CODE_POINT) {
            decoded.append('&');
            return at + 1;
        }
        decoded.appendCodePoint(value);
        return end < text.length() && text.charAt(end) == ';' ? end + 1 : end;
    }
}
