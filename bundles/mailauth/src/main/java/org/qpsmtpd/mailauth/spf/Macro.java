package org.qpsmtpd.mailauth.spf;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A macro with its transformers (RFC 7208, 7.1).
 *
 * @param letter which value, in lower case
 * @param isEscaped whether octets that a URL does not take are written {@code %XX}
 * @param parts how many parts of the right are kept; 0 for all
 * @param isReversed whether the parts come in reverse
 * @param delimiters what the value is cut at
 */
record Macro(char letter, boolean isEscaped, int parts, boolean isReversed, String delimiters) {
    private static final String LETTERS = "slodiphvcrt";
    private static final String ONLY_IN_TEXT = "crt";
    private static final String DELIMITERS = ".-+,/_=";
    private static final String UNRESERVED = "-._~";
    private static final String HEX = "0123456789ABCDEF";

    /** More parts than any value has. */
    private static final int MOST_PARTS = 10_000;

    /**
     * Reads what stands between the braces.
     *
     * @param isText whether it is of an explanation's text, in which more letters are known
     */
    static Macro parse(String text, boolean isText) throws SpfSyntaxException {
        char first = text.isEmpty() ? ' ' : text.charAt(0);
        char letter = Ascii.lower(first);
        if (LETTERS.indexOf(letter) < 0 || (!isText && ONLY_IN_TEXT.indexOf(letter) >= 0)) {
            throw new SpfSyntaxException("no macro that may stand here:", text);
        }
        int at = 1;
        int parts = 0;
        while (at < text.length() && Ascii.isDigit(text.charAt(at))) {
            parts = Math.min(10 * parts + text.charAt(at++) - '0', MOST_PARTS);
        }
        if (at > 1 && parts == 0) {
            throw new SpfSyntaxException("a macro that keeps no part:", text);
        }
        boolean isReversed = at < text.length() && Ascii.lower(text.charAt(at)) == 'r';
        String delimiters = text.substring(isReversed ? at + 1 : at);
        if (!delimiters.chars().allMatch(c -> DELIMITERS.indexOf(c) >= 0)) {
            throw new SpfSyntaxException("a macro that does not end where it should:", text);
        }
        return new Macro(
                letter,
                first != letter,
                parts,
                isReversed,
                delimiters.isEmpty() ? "." : delimiters);
    }

    /** What a value becomes. */
    String transform(String value) {
        boolean isWhole = parts == 0 && !isReversed && delimiters.equals(".");
        String kept = isWhole ? value : transformed(value);
        return isEscaped ? escaped(kept) : kept;
    }

    private String transformed(String value) {
        List<String> all = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= value.length(); i++) {
            if (i == value.length() || delimiters.indexOf(value.charAt(i)) >= 0) {
                all.add(value.substring(start, i));
                start = i + 1;
            }
        }
        if (isReversed) {
            Collections.reverse(all);
        }
        int from = parts == 0 ? 0 : Math.max(0, all.size() - parts);
        return String.join(".", all.subList(from, all.size()));
    }

    private static String escaped(String value) {
        StringBuilder escaped = new StringBuilder(value.length() + 16);
        for (byte octet : value.getBytes(UTF_8)) {
            char c = (char) (octet & 0xFF);
            if (Ascii.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0) {
                escaped.append(c);
            } else {
                escaped.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
        return escaped.toString();
    }
}
