package org.qpsmtpd.core.config;

import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;

/** Characters that stand in a file by mistake, as a rule, since an editor does not show them. */
public final class OddCharacters {
    private static final int REPLACEMENT = 0xFFFD;

    /** Some languages are not written without them, so names in the DNS may have them. */
    private static final String JOINERS = "\u200C\u200D";

    private OddCharacters() {}

    /**
     * Names the first character that is neither printable nor a blank or a tab: such as a no-break
     * space, a mark of the byte order, a control character, or octets that are no UTF-8.
     */
    public static Optional<String> in(String text) {
        // A list may have a million lines, and nearly all are plain.
        int at = 0;
        while (at < text.length() && text.charAt(at) >= ' ' && text.charAt(at) <= '~') {
            at++;
        }
        return at == text.length() ? Optional.empty() : first(text, OddCharacters::isOdd);
    }

    /** Names the first character that is neither printable ASCII nor a tab. */
    public static Optional<String> outsideAscii(String text) {
        return first(text, c -> (c < ' ' && c != '\t') || c > '~');
    }

    private static Optional<String> first(String text, IntPredicate odd) {
        return text.codePoints().filter(odd).mapToObj(OddCharacters::described).findFirst();
    }

    private static boolean isOdd(int c) {
        if (c >= ' ' && c <= '~') {
            return false;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL -> c != '\t';
            case Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    true;
            case Character.FORMAT -> JOINERS.indexOf(c) < 0;
            default -> c == REPLACEMENT;
        };
    }

    private static String described(int c) {
        if (c == REPLACEMENT) {
            return "has octets that are no UTF-8";
        }
        String kind = Character.isISOControl(c) ? "control character" : "character";
        String name = isOdd(c) && !Character.isISOControl(c) ? " (" + name(c) + ")" : "";
        return String.format("has the %s U+%04X%s", kind, c, name);
    }

    private static String name(int c) {
        return String.valueOf(Character.getName(c)).toLowerCase(Locale.ROOT);
    }
}
