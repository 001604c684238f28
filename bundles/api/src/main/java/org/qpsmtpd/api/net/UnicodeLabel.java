package org.qpsmtpd.api.net;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.Locale;

/**
 * A label of a host name beyond ASCII: how it is spelled in the DNS, and whether it can be one.
 *
 * <p>Source: UTS 46, non-transitional processing, as far as the JDK's tables go; RFC 5892 appendix
 * A.1 and A.2 in short.
 */
final class UnicodeLabel {
    private static final int SHARP_S = 0xDF;
    private static final int FINAL_SIGMA = 0x3C2;
    private static final int DOTLESS_I = 0x131;
    private static final int JOINER = 0x200D;
    private static final int NON_JOINER = 0x200C;

    private UnicodeLabel() {}

    /** The label as it is registered: one width, lower case, composed, without what is not seen. */
    static String map(String label) {
        StringBuilder folded = new StringBuilder(label.length() + 8);
        Normalizer.normalize(label, Normalizer.Form.NFKC)
                .codePoints()
                .filter(c -> !isIgnored(c))
                .forEach(c -> folded.append(fold(c)));
        return Normalizer.normalize(folded, Normalizer.Form.NFKC);
    }

    /** Upper case first: some letters have several lower ones, or become two. */
    private static String fold(int c) {
        String letter = Character.toString(c);
        if (c == SHARP_S || c == FINAL_SIGMA || c == DOTLESS_I) {
            return letter;
        }
        String upper = letter.toUpperCase(Locale.ROOT);
        return c > 127 && UnicodeScript.of(c) == UnicodeScript.CHEROKEE ? upper : lower(upper);
    }

    /** Letter by letter, so that no sigma becomes a final one. */
    private static String lower(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> lower.append(Character.toString(c).toLowerCase(Locale.ROOT)));
        return lower.toString();
    }

    /** What UTS 46 leaves out: soft hyphens, variation selectors and the like. */
    private static boolean isIgnored(int c) {
        return c == 0xAD
                || c == 0x34F
                || (c >= 0x180B && c <= 0x180F)
                || c == 0x200B
                || c == 0x2060
                || c == 0x2064
                || (c >= 0xFE00 && c <= 0xFE0F)
                || c == 0xFEFF
                || (c >= 0xE0100 && c <= 0xE01EF);
    }

    /** Whether a mapped label can be one of a host. */
    static boolean isGood(String mapped) {
        if (mapped.isEmpty() || mapped.startsWith("-") || mapped.endsWith("-")) {
            return false;
        }
        int before = -1;
        for (int i = 0; i < mapped.length(); i += Character.charCount(before)) {
            int c = mapped.codePointAt(i);
            if (!isGood(c, before)) {
                return false;
            }
            before = c;
        }
        return true;
    }

    private static boolean isGood(int c, int before) {
        if (c < 128) {
            return Character.isLetterOrDigit(c) || c == '-';
        }
        if (c == JOINER || c == NON_JOINER) {
            return before >= 0 && joins(before);
        }
        return switch (Character.getType(c)) {
            case Character.UNASSIGNED,
                    Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK ->
                    before >= 0;
            default -> c != 0xFFFD;
        };
    }

    /** Whether a letter or sign is one behind which a joiner changes what is read. */
    private static boolean joins(int c) {
        return Character.getType(c) == Character.NON_SPACING_MARK
                || Character.getType(c) == Character.COMBINING_SPACING_MARK
                || Character.getDirectionality(c) == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }
}
