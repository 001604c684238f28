package org.qpsmtpd.api.content;

import java.util.Locale;

/**
 * What a rule does to a message that it means.
 *
 * @param kind what
 * @param value of a tag the name of the header field, of a score the number; else empty
 * @param text what the client or the administrator reads; empty when the rule says nothing
 */
public record RuleAction(Kind kind, String value, String text) {
    /** What rules do. */
    public enum Kind {
        /** Nothing, and no later rule is asked about the same thing. */
        ACCEPT,
        /** The message is refused for good. */
        DENY,
        /** The message is refused for now. */
        DEFER,
        /** The message is put apart. */
        QUARANTINE,
        /** The message gets a header field. */
        TAG,
        /** A number is added up with those of other rules. */
        SCORE
    }

    private static final int LONGEST_NAME = 70;
    private static final double GREATEST = 1e6;

    /** What a word and a text say. */
    static RuleAction of(String word, String text) {
        int colon = word.indexOf(':');
        String name = colon < 0 ? word : word.substring(0, colon);
        String value = colon < 0 ? "" : word.substring(colon + 1);
        Kind kind = kind(name, word);
        boolean takesValue = kind == Kind.TAG || kind == Kind.SCORE;
        if (takesValue == (colon < 0)) {
            throw new IllegalArgumentException("'" + word + "' is not one of " + WORDS);
        }
        if (kind == Kind.TAG && !isFieldName(value)) {
            throw new IllegalArgumentException(
                    "'" + value + "' cannot be the name of a header field, as X-Content can");
        }
        if (kind == Kind.SCORE) {
            var unused = number(value);
        }
        return new RuleAction(kind, value, text);
    }

    private static final String WORDS = "accept, deny, defer, quarantine, tag:FIELD, score:NUMBER";

    private static Kind kind(String name, String word) {
        for (Kind kind : Kind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
                return kind;
            }
        }
        throw new IllegalArgumentException("'" + word + "' is not one of " + WORDS);
    }

    private static boolean isFieldName(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && name.chars().allMatch(c -> c > ' ' && c < 127 && c != ':');
    }

    private static double number(String text) {
        try {
            double number = Double.parseDouble(text);
            if (Math.abs(number) <= GREATEST) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("the score '" + text + "' is not a number such as 2.5");
    }

    /** The number of a score; 0 for anything else. */
    public double score() {
        return kind == Kind.SCORE ? number(value) : 0;
    }

    /**
     * Reads what is left of a line: a word of {@code accept}, {@code deny}, {@code defer}, {@code
     * quarantine}, {@code tag:FIELD}, {@code score:NUMBER}, and behind it a text.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static RuleAction parse(RuleLine line) {
        return of(line.word("action such as deny"), line.rest());
    }
}
