package org.qpsmtpd.plugin.queue.postfixqueue;

import java.util.Locale;
import java.util.StringJoiner;

/** What cleanup is to do with a message, as its header file names and numbers it. */
enum CleanupFlag {
    NONE(0),
    BOUNCE(1),
    FILTER(1 << 1),
    HOLD(1 << 2),
    DISCARD(1 << 3),
    BCC_OK(1 << 4),
    MAP_OK(1 << 5),
    MILTER(1 << 6),
    SMTP_REPLY(1 << 7),
    SMTPUTF8(1 << 8),
    AUTOUTF8(1 << 9),
    FILTER_ALL(FILTER.bits | MILTER.bits),
    MASK_EXTERNAL(FILTER_ALL.bits | BCC_OK.bits | MAP_OK.bits),
    MASK_INTERNAL(MAP_OK.bits),
    MASK_EXTRA(HOLD.bits | DISCARD.bits);

    private static final String PREFIX = "FLAG_";

    private final int bits;

    CleanupFlag(int bits) {
        this.bits = bits;
    }

    int bits() {
        return bits;
    }

    static boolean isFlag(String word) {
        return word.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    /**
     * All flags of some words, such as {@code FLAG_FILTER}.
     *
     * @throws IllegalArgumentException naming the word and what is allowed
     */
    static int all(Iterable<String> words) {
        int bits = 0;
        for (String word : words) {
            bits |= of(word).bits;
        }
        return bits;
    }

    private static CleanupFlag of(String word) {
        StringJoiner known = new StringJoiner(", ");
        for (CleanupFlag flag : values()) {
            String name = PREFIX + flag;
            if (name.equals(word.toUpperCase(Locale.ROOT))) {
                return flag;
            }
            known.add(name);
        }
        throw new IllegalArgumentException("flag '" + word + "' is not one of " + known);
    }
}
