package org.qpsmtpd.plugin.auth.authdovecot;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.qpsmtpd.api.peer.AnswerReader;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.TextAnswer;

/** Reads lines up to the one about a request. */
final class ReplyReader implements AnswerReader<Reply> {
    private static final int MOST_OTHERS = 100;

    private final String id;
    private TextAnswer line = line();
    private int others;

    ReplyReader(String id) {
        this.id = id;
    }

    private static TextAnswer line() {
        return TextAnswer.upTo((byte) '\n', Handshake.LONGEST_LINE, StandardCharsets.UTF_8);
    }

    @Override
    public Optional<Reply> read(ByteBuffer octets) {
        while (octets.hasRemaining()) {
            Optional<String> read = line.read(octets);
            if (read.isEmpty()) {
                return Optional.empty();
            }
            Optional<Reply> reply = Reply.parse(read.get(), id);
            if (reply.isPresent()) {
                return reply;
            }
            others++;
            if (others > MOST_OTHERS) {
                throw new PeerFailure(
                        PeerFailure.Kind.FAULT, "Dovecot speaks of other requests than ours");
            }
            line = line();
        }
        return Optional.empty();
    }
}
