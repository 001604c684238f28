package org.qpsmtpd.core.generation;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.core.chain.PluginFault;

/**
 * The words of a line, which blanks separate, and the entries of a list, which commas separate. In
 * quotation marks both are text like any other; {@code \"} and {@code \\} there are a quotation
 * mark and a backslash. A quotation mark that is not at the beginning is a character as it stands.
 */
final class Words {
    private static final char QUOTE = '"';
    private static final char ESCAPE = '\\';
    private static final char COMMA = ',';
    private static final String REMARK = "#";

    private Words() {}

    /**
     * The words as they are written, with their quotation marks. One that is {@code #} alone begins
     * a remark, in which quotation marks mean nothing: it is the last one.
     */
    static List<String> split(String text) throws PluginFault {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            if (isBlank(text.charAt(at))) {
                at++;
                continue;
            }
            int end = endOfWord(text, at);
            String word = text.substring(at, end);
            words.add(word);
            at = word.equals(REMARK) ? text.length() : end;
        }
        return words;
    }

    /** Quotation marks are looked for behind commas, too, since the word may be a list. */
    private static int endOfWord(String text, int start) throws PluginFault {
        int at = start;
        while (at < text.length() && !isBlank(text.charAt(at))) {
            boolean opens = at == start || text.charAt(at - 1) == COMMA;
            at = opens && text.charAt(at) == QUOTE ? endOfQuoted(text, at) : at + 1;
        }
        return at;
    }

    /** The entries of a list, each without its quotation marks. */
    static List<String> entries(String text) throws PluginFault {
        List<String> entries = new ArrayList<>();
        int at = 0;
        do {
            int end = endOfEntry(text, at);
            String entry = text.substring(at, end).strip();
            if (entry.isEmpty()) {
                throw new PluginFault("'" + text + "' is a list with an empty entry");
            }
            entries.add(plain(entry));
            at = end + 1;
        } while (at <= text.length());
        return entries;
    }

    private static int endOfEntry(String text, int start) throws PluginFault {
        int at = start;
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
        if (at < text.length() && text.charAt(at) == QUOTE) {
            at = endOfQuoted(text, at);
        }
        int comma = text.indexOf(COMMA, at);
        return comma < 0 ? text.length() : comma;
    }

    /** A word or an entry without its quotation marks. */
    static String plain(String word) throws PluginFault {
        if (word.isEmpty() || word.charAt(0) != QUOTE) {
            return word;
        }
        int end = endOfQuoted(word, 0);
        if (end < word.length()) {
            throw new PluginFault("'" + word + "' goes on behind its closing quotation mark");
        }
        StringBuilder plain = new StringBuilder(end);
        for (int at = 1; at < end - 1; at++) {
            at += isEscape(word, at) ? 1 : 0;
            plain.append(word.charAt(at));
        }
        return plain.toString();
    }

    /** Where it goes on behind the closing quotation mark. */
    private static int endOfQuoted(String text, int start) throws PluginFault {
        int at = start + 1;
        while (at < text.length() && text.charAt(at) != QUOTE) {
            at += isEscape(text, at) ? 2 : 1;
        }
        if (at >= text.length()) {
            throw new PluginFault(
                    "the quotation mark before '" + text.substring(start + 1) + "' is not closed");
        }
        return at + 1;
    }

    private static boolean isEscape(String text, int at) {
        return text.charAt(at) == ESCAPE
                && at + 1 < text.length()
                && (text.charAt(at + 1) == QUOTE || text.charAt(at + 1) == ESCAPE);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
