package org.qpsmtpd.core.message;

import java.util.function.IntPredicate;

/** Asks about each character of a short text, for what happens with every command or message. */
public final class Characters {
    private Characters() {}

    /** Whether all characters are so; true for an empty text. */
    public static boolean all(String text, IntPredicate so) {
        for (int i = 0; i < text.length(); i++) {
            if (!so.test(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether one character or more is so. */
    public static boolean any(String text, IntPredicate so) {
        return !all(text, so.negate());
    }

    /** Whether there are digits of ASCII and nothing else, one at least. */
    public static boolean areDigits(String text) {
        return !text.isEmpty() && all(text, c -> c >= '0' && c <= '9');
    }
}
