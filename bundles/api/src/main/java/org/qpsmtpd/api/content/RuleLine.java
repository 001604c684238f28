package org.qpsmtpd.api.content;

import java.util.function.Predicate;
import org.qpsmtpd.api.service.Patterns;

/**
 * A line of a file of rules while it is read, word by word: where to look, what for, and what to
 * do. Not for use by several threads.
 */
public final class RuleLine {
    private final String line;
    private int at;

    /** Begins with the first word. */
    public RuleLine(String line) {
        this.line = line;
        skipBlanks();
    }

    /** The line as it is written. */
    @Override
    public String toString() {
        return line;
    }

    /** What has been read so far, as it is written. */
    public String read() {
        return line.substring(0, at).strip();
    }

    /**
     * The next word.
     *
     * @param what how it is called in the message
     * @throws IllegalArgumentException when there is none
     */
    public String word(String what) {
        int start = at;
        while (at < line.length() && !Character.isWhitespace(line.charAt(at))) {
            at++;
        }
        String word = line.substring(start, at);
        skipBlanks();
        if (word.isEmpty()) {
            throw new IllegalArgumentException("'" + line + "' has no " + what);
        }
        return word;
    }

    /** All that is left. */
    public String rest() {
        String rest = line.substring(at).strip();
        at = line.length();
        return rest;
    }

    /**
     * The next word as a pattern: {@code /EXPRESSION/} is found anywhere in a text, in letters of
     * either case with an {@code i} behind it; anything else is a whole text in letters of either
     * case, of which {@code *} stands for any characters and {@code ?} for one.
     *
     * @param ignoreCase whether expressions need no {@code i}
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public Predicate<String> pattern(Patterns patterns, boolean ignoreCase) {
        if (at >= line.length() || line.charAt(at) != '/') {
            return patterns.compile(wildcard(word("pattern")), true);
        }
        int end = endOfExpression();
        String expression = line.substring(at + 1, end);
        at = end + 1;
        boolean ignores = at < line.length() && line.charAt(at) == 'i';
        at += ignores ? 1 : 0;
        skipBlanks();
        return patterns.compile(expression, ignores || ignoreCase);
    }

    /** The first slash behind which a word ends: others belong to the expression. */
    private int endOfExpression() {
        for (int i = at + 2; i < line.length(); i++) {
            if (line.charAt(i) == '/' && line.charAt(i - 1) != '\\' && endsWord(i + 1)) {
                return i;
            }
        }
        throw new IllegalArgumentException("'" + line + "': the expression does not end in /");
    }

    private boolean endsWord(int place) {
        boolean isFlag = place < line.length() && line.charAt(place) == 'i';
        int behind = isFlag ? place + 1 : place;
        return behind >= line.length() || Character.isWhitespace(line.charAt(behind));
    }

    private static String wildcard(String word) {
        StringBuilder regex = new StringBuilder("(?s)\\A");
        word.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '*' -> regex.append(".*");
                                case '?' -> regex.append('.');
                                default -> {
                                    boolean isSign = c < 128 && !Character.isLetterOrDigit(c);
                                    regex.append(isSign ? "\\" : "").appendCodePoint(c);
                                }
                            }
                        });
        return regex.append("\\z").toString();
    }

    private void skipBlanks() {
        while (at < line.length() && Character.isWhitespace(line.charAt(at))) {
            at++;
        }
    }
}
