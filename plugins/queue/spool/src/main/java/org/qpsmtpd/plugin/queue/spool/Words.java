package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.qpsmtpd.api.mail.XText;

/** A line of the spool's files: words of printable ASCII, a blank between two. */
final class Words {
    /** Stands for the empty word; no encoded word has it. */
    private static final String EMPTY = "=";

    private final List<String> words;
    private int next;

    private Words(List<String> words) {
        this.words = words;
    }

    /** Writes a line. */
    static String line(String... words) {
        return String.join(" ", Arrays.stream(words).map(Words::encode).toList()) + "\n";
    }

    private static String encode(String word) {
        return word.isEmpty() ? EMPTY : XText.encode(word);
    }

    /** Reads a line, without its end. */
    static Words of(String line) throws IOException {
        List<String> words = new ArrayList<>();
        for (String word : line.split(" ", -1)) {
            words.add(word.equals(EMPTY) ? "" : decode(word));
        }
        return new Words(words);
    }

    private static String decode(String word) throws IOException {
        return XText.decode(word)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new IOException("a word is damaged"));
    }

    boolean hasNext() {
        return next < words.size();
    }

    String next() throws IOException {
        if (!hasNext()) {
            throw new IOException("a word is missing");
        }
        return words.get(next++);
    }

    int number() throws IOException {
        try {
            return Integer.parseInt(next());
        } catch (NumberFormatException e) {
            throw new IOException("a word is no number", e);
        }
    }

    Instant time() throws IOException {
        try {
            return Instant.parse(next());
        } catch (DateTimeException e) {
            throw new IOException("a word is no time", e);
        }
    }

    <E extends Enum<E>> E constant(Class<E> type) throws IOException {
        try {
            return Enum.valueOf(type, next().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IOException("a word is not known", e);
        }
    }
}
