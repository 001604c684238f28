package org.qpsmtpd.plugin.queue.smtpforward;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Recipient;

/** One message over one connection. */
final class HopDelivery {
    /** Commands sent before their replies are read: few enough that neither side blocks. */
    private static final int MAX_GROUP = 50;

    private final NextHop hop;
    private final HopRecipientLimit limit;
    private final Outgoing message;
    private final HopConnection connection;

    HopDelivery(NextHop hop, HopRecipientLimit limit, Outgoing message, HopConnection connection) {
        this.hop = hop;
        this.limit = limit;
        this.message = message;
        this.connection = connection;
    }

    /**
     * Sends the message. Afterwards MAIL can be said again, or the connection is closed.
     *
     * @throws NextHopException when the next hop cannot be used
     * @throws BareLineEndException when the message must not be sent
     * @throws IOException when the message cannot be read
     */
    HookResult run() throws IOException {
        Extensions offered = connection.extensions();
        Optional<HookResult> unfit = message.refusalFor(offered, hop.strictEightBit());
        if (unfit.isPresent()) {
            return unfit.get();
        }
        limit.announced(offered);
        int most = limit.most(System.nanoTime());
        if (message.envelope().recipients().size() > most) {
            return tooManyRecipients(most, "");
        }
        connection.countMessage();
        Optional<HookResult> refused = envelopeRefusal(exchangeEnvelope(offered));
        if (refused.isPresent()) {
            reset();
            return refused.get();
        }
        HopReply go = connection.command("DATA");
        if (!go.isIntermediate()) {
            HookResult refusal = refusal("message", "", go);
            reset();
            return refusal;
        }
        message.writeTo(connection.data());
        HopReply end = connection.finalDot();
        return end.isPositive() ? queued(end) : refusal("message", "", end);
    }

    /** The replies to MAIL and each RCPT; only that to MAIL when the sender is refused. */
    private List<HopReply> exchangeEnvelope(Extensions offered) throws NextHopException {
        List<String> lines = new ArrayList<>();
        lines.add(message.mail(offered));
        lines.addAll(message.envelope().rcpts(offered));
        int group = offered.has("PIPELINING") ? MAX_GROUP : 1;
        List<HopReply> replies = new ArrayList<>();
        for (int from = 0; from < lines.size(); from += group) {
            List<String> together = lines.subList(from, Math.min(from + group, lines.size()));
            for (String line : together) {
                connection.send(line);
            }
            connection.flush();
            for (int i = 0; i < together.size(); i++) {
                replies.add(connection.readReply());
            }
            if (!replies.get(0).isPositive()) {
                return replies.subList(0, 1);
            }
        }
        return replies;
    }

    /**
     * One answer for all recipients. When one of them is refused nobody gets the message, since an
     * answer for the whole message cannot tell the client which of them did. The refusal is
     * temporary as long as one of them is: then the client still holds the message, and what
     * remains is decided when it tries again.
     */
    private Optional<HookResult> envelopeRefusal(List<HopReply> replies) throws NextHopException {
        if (!replies.get(0).isPositive()) {
            return Optional.of(
                    refusal(Outgoing.shown(message.envelope().sender()), "", replies.get(0)));
        }
        List<Recipient> recipients = message.envelope().recipients();
        int most = HopRecipientLimit.in(replies.subList(1, replies.size()));
        if (most > 0) {
            limit.learnt(most, System.nanoTime());
            return Optional.of(
                    tooManyRecipients(most, ": " + replies.get(replies.size() - 1).shown()));
        }
        int refused = 0;
        int worst = -1;
        for (int i = 0; i < recipients.size(); i++) {
            HopReply reply = replies.get(i + 1);
            if (reply.isPositive()) {
                continue;
            }
            refused++;
            if (worst < 0 || (reply.isTemporary() && !replies.get(worst + 1).isTemporary())) {
                worst = i;
            }
        }
        if (worst < 0) {
            return Optional.empty();
        }
        String others =
                (refused == 1 ? "" : ", and " + (refused - 1) + " more")
                        + (refused == recipients.size() ? "" : "; the message was sent to nobody");
        String who = Outgoing.shown(recipients.get(worst).address());
        return Optional.of(refusal(who, others, replies.get(worst + 1)));
    }

    /**
     * The message is not shared out among several transactions: should a later one be put off, the
     * client would bring it once more to all, also to those who have it. From now on the client is
     * told at RCPT, so that it shares out itself and has an answer for each of its transactions.
     */
    private HookResult tooManyRecipients(int most, String why) {
        String text = "the next hop takes " + most + " recipients at a time" + why;
        return HookResult.denySoft(text + "; the message was sent to nobody, try again (#4.5.3)")
                .because("fail: " + hop.place() + ": " + text);
    }

    private HookResult refusal(String what, String others, HopReply reply) throws NextHopException {
        // 530 (RFC 3207, RFC 4954) asks us for TLS or AUTH and says nothing about the message.
        if (reply.code() == 530 || (!reply.isPermanent() && !reply.isTemporary())) {
            throw new NextHopException("unexpected answer of the next hop: " + reply.shown());
        }
        String text = what + " refused by the next hop: " + reply.shown() + others;
        String coded = text + " (#" + reply.enhancedCode() + ")";
        HookResult result =
                reply.isPermanent() ? HookResult.deny(coded) : HookResult.denySoft(coded);
        return result.because("fail: " + hop.place() + ": " + text);
    }

    private HookResult queued(HopReply end) {
        String word = end.lastWord();
        String text = word.isEmpty() ? "queued" : "queued as " + word;
        return HookResult.ok(text).because("pass: " + hop.place() + ": " + text);
    }

    /** The refusal stands, whatever becomes of the connection. */
    private void reset() {
        try {
            if (connection.command("RSET").isPositive()) {
                return;
            }
        } catch (NextHopException e) {
            // Closed below.
        }
        connection.close();
    }
}
