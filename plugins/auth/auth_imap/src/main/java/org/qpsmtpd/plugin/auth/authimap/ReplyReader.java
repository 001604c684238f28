package org.qpsmtpd.plugin.auth.authimap;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.qpsmtpd.api.peer.AnswerReader;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.TextAnswer;

/** Reads lines up to the one about a command. */
final class ReplyReader implements AnswerReader<Reply> {
    private static final int LONGEST_LINE = 8192;
    private static final int MOST_LINES = 100;
    private static final String UNTAGGED = "* ";
    private static final String CAPABILITY = "CAPABILITY ";

    private final String tag;
    private final Set<String> capabilities = new TreeSet<>();
    private TextAnswer line = line();
    private int lines;

    /**
     * @param tag of the command; empty for the greeting
     */
    ReplyReader(String tag) {
        this.tag = tag;
    }

    private static TextAnswer line() {
        return TextAnswer.upTo((byte) '\n', LONGEST_LINE, StandardCharsets.ISO_8859_1);
    }

    @Override
    public Optional<Reply> read(ByteBuffer octets) {
        while (octets.hasRemaining()) {
            Optional<String> read = line.read(octets);
            if (read.isEmpty()) {
                return Optional.empty();
            }
            Optional<Reply> reply = take(read.get().strip());
            if (reply.isPresent()) {
                return reply;
            }
            lines++;
            if (lines > MOST_LINES) {
                throw new PeerFailure(
                        PeerFailure.Kind.FAULT, "the IMAP server says more than 100 lines");
            }
            line = line();
        }
        return Optional.empty();
    }

    private Optional<Reply> take(String said) {
        if (said.startsWith("+")) {
            return Optional.of(Reply.parse("+", capabilities));
        }
        if (!tag.isEmpty() && said.startsWith(tag + " ")) {
            return Optional.of(Reply.parse(said.substring(tag.length()), capabilities));
        }
        String upper = said.toUpperCase(Locale.ROOT);
        if (upper.startsWith(UNTAGGED + CAPABILITY)) {
            int from = UNTAGGED.length() + CAPABILITY.length();
            capabilities.addAll(List.of(upper.substring(from).strip().split(" +")));
            return Optional.empty();
        }
        boolean ends = tag.isEmpty() || upper.startsWith(UNTAGGED + "BYE");
        if (ends && said.startsWith(UNTAGGED)) {
            return Optional.of(Reply.parse(said.substring(UNTAGGED.length()), capabilities));
        }
        if (said.startsWith(UNTAGGED)) {
            return Optional.empty();
        }
        throw new PeerFailure(
                PeerFailure.Kind.FAULT,
                "this is no IMAP server, it says '" + Reply.parse(said, Set.of()).text() + "'");
    }
}
