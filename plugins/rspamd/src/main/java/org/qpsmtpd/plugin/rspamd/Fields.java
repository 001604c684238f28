package org.qpsmtpd.plugin.rspamd;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.session.Headers;

/** What becomes of the header. */
final class Fields {
    private static final String STATUS = "X-Rspamd-Status";
    private static final String SYMBOLS = "X-Rspamd-Symbols";
    private static final String MARK = "X-Spam";
    private static final int MOST_SYMBOLS = 50;

    /** What fits into an encoded word beside its frame (RFC 2047 section 2). */
    private static final int WORD = 45;

    private Fields() {}

    /** Removes fields of these names that came with the message. */
    static void clear(Headers headers) {
        for (String name : List.of(STATUS, SYMBOLS, MARK)) {
            var unused = headers.remove(name);
        }
    }

    /** Says what rspamd found. */
    static void describe(Headers headers, RspamdAnswer answer) {
        if (!answer.symbols().isEmpty()) {
            headers.prepend(SYMBOLS, Symbol.list(answer.symbols(), MOST_SYMBOLS, ",\r\n\t"));
        }
        headers.prepend(
                STATUS,
                String.format(
                        Locale.ROOT,
                        "%s, score=%.2f required=%.2f action=%s",
                        answer.action().isSpam() ? "Yes" : "No",
                        answer.score(),
                        answer.required(),
                        answer.action().word()));
    }

    /** Says that it is spam. */
    static void mark(Headers headers, List<HeaderField> marks) {
        for (HeaderField mark : marks.isEmpty() ? List.of(new HeaderField(MARK, "Yes")) : marks) {
            var unused = headers.remove(mark.name());
            headers.prepend(mark.name(), mark.value());
        }
    }

    /** Makes the changes that rspamd asks for. */
    static void change(Headers headers, Changes changes) {
        changes.removals().forEach(removal -> remove(headers, removal));
        changes.additions().forEach(addition -> add(headers, addition));
    }

    private static void remove(Headers headers, Changes.Removal removal) {
        int count = headers.count(removal.name());
        int position = removal.position();
        if (position == 0) {
            var unused = headers.remove(removal.name());
            return;
        }
        int occurrence = position > 0 ? position - 1 : count + position;
        if (occurrence >= 0 && occurrence < count) {
            headers.remove(removal.name(), occurrence);
        }
    }

    private static void add(Headers headers, Changes.Addition addition) {
        int count = headers.fields().size();
        int position = addition.position();
        int index = position >= 0 ? Math.min(position, count) : Math.max(0, count + position + 1);
        headers.insert(index, addition.name(), addition.value());
    }

    /** Puts signatures on top. */
    static void sign(Headers headers, List<String> signatures) {
        for (int i = signatures.size() - 1; i >= 0; i--) {
            headers.prepend("DKIM-Signature", signatures.get(i));
        }
    }

    /**
     * Changes the subject.
     *
     * @param subject the new one; empty for the former one with a prefix
     */
    static void subject(Headers headers, String subject, String prefix) {
        String former = headers.first("Subject").map(HeaderField::value).orElse("").strip();
        if (!subject.isEmpty()) {
            headers.replace("Subject", encoded(subject));
        } else if (!former.startsWith(prefix)) {
            headers.replace("Subject", (prefix + " " + former).strip());
        }
    }

    /** In encoded words where it is not all ASCII. */
    private static String encoded(String text) {
        if (text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            return text;
        }
        StringJoiner words = new StringJoiner("\r\n\t");
        CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
        CharBuffer rest =
                CharBuffer.wrap(
                        new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        while (rest.hasRemaining()) {
            byte[] word = new byte[WORD];
            ByteBuffer octets = ByteBuffer.wrap(word);
            var unused = encoder.encode(rest, octets, true); // stops before a character that is cut
            byte[] used = Arrays.copyOf(word, octets.position());
            words.add("=?UTF-8?B?" + Base64.getEncoder().encodeToString(used) + "?=");
            encoder.reset();
        }
        return words.toString();
    }
}
