package org.qpsmtpd.mailauth.results;

import java.util.Locale;
import java.util.function.IntPredicate;

/** Reads the words of a field, past blanks, folds and comments. */
final class Lexer {
    private static final String SPECIALS = "()<>,;:\\\"[]?=";
    private static final int MOST_NESTED = 20;

    private final String text;
    private int at;

    Lexer(String text) {
        this.text = text;
    }

    /** Goes past blanks and comments; what is no whole comment stays. */
    private void skip() {
        int depth = 0;
        int start = at;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '(' && depth < MOST_NESTED) {
                depth++;
            } else if (c == ')' && depth > 0) {
                depth--;
            } else if (c == '\\' && depth > 0) {
                at++;
            } else if (depth == 0 && " \t\r\n".indexOf(c) < 0) {
                return;
            }
            at++;
            start = depth == 0 ? at : start;
        }
        at = start;
    }

    boolean isAtEnd() {
        skip();
        return at >= text.length();
    }

    boolean isAt(char wanted) {
        skip();
        return at < text.length() && text.charAt(at) == wanted;
    }

    boolean take(char wanted) {
        boolean found = isAt(wanted);
        at += found ? 1 : 0;
        return found;
    }

    void require(char wanted) throws Malformed {
        if (!take(wanted)) {
            throw new Malformed();
        }
    }

    /** A word of letters, digits and hyphens, in lower case. */
    String keyword() throws Malformed {
        return run(c -> isAscii(c) && (Character.isLetterOrDigit(c) || c == '-' || c == '_'))
                .toLowerCase(Locale.ROOT);
    }

    /** A number that nobody needs. */
    void version() throws Malformed {
        var unused = run(c -> c >= '0' && c <= '9');
    }

    /** A quoted string, or a word with any characters that are not special. */
    String value() throws Malformed {
        if (!isAt('"')) {
            return run(c -> c > ' ' && c != 127 && SPECIALS.indexOf(c) < 0);
        }
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
            boolean isEscape = text.charAt(at) == '\\' && at + 1 < text.length();
            at += isEscape ? 1 : 0;
            value.append(text.charAt(at));
        }
        require('"');
        return value.toString();
    }

    private static boolean isAscii(int c) {
        return c < 128;
    }

    private String run(IntPredicate belongs) throws Malformed {
        skip();
        int start = at;
        while (at < text.length() && belongs.test(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw new Malformed();
        }
        return text.substring(start, at);
    }
}
