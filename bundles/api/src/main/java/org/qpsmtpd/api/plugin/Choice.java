package org.qpsmtpd.api.plugin;

import java.util.Locale;
import java.util.StringJoiner;

/** Reads an option that is one of some words. */
public final class Choice {
    private Choice() {}

    /**
     * The constant that a word names.
     *
     * @param type its constants in lower case are the words
     * @param option the option's name, for the message
     * @param text the word, in upper or lower case
     * @throws IllegalArgumentException naming the option, the text and what is allowed
     */
    public static <E extends Enum<E>> E of(Class<E> type, String option, String text) {
        StringJoiner words = new StringJoiner(", ");
        for (E constant : type.getEnumConstants()) {
            String word = constant.name().toLowerCase(Locale.ROOT);
            if (word.equalsIgnoreCase(text)) {
                return constant;
            }
            words.add(word);
        }
        throw new IllegalArgumentException(option + " '" + text + "' is not one of " + words);
    }
}
