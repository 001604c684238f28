package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import org.qpsmtpd.api.answer.HookResult;

/** One message over one connection. */
final class HopDelivery {
    /** Commands sent before their replies are read: few enough that neither side blocks. */
    private static final int MAX_GROUP = 50;

    /** Recipients of whom the record tells. */
    private static final int MAX_SHOWN = 20;

    private final HopFacts facts;
    private final NextHop hop;
    private final HopRecipientLimit limit;
    private final Outgoing message;
    private final HopConnection connection;

    /** What single recipients are told, once it is certain. */
    private final Map<Mail.To, HopOutcome> verdicts = new LinkedHashMap<>();

    HopDelivery(HopFacts facts, Outgoing message, HopConnection connection) {
        this.facts = facts;
        this.hop = facts.hop();
        this.limit = facts.limit();
        this.message = message;
        this.connection = connection;
    }

    /**
     * Sends the message. Afterwards MAIL can be said again, or the connection is closed. Where the
     * client reads a reply for each recipient, those that the next hop answers by themselves have
     * their verdicts.
     *
     * @throws NextHopException when the next hop cannot be used
     * @throws BareLineEndException when the message must not be sent
     * @throws IOException when the message cannot be read
     */
    HopOutcome run() throws IOException {
        return settled(send());
    }

    /**
     * Sends the message alone: the next hop has taken its sender and all of its recipients.
     * Otherwise the same.
     */
    HopOutcome runWithoutEnvelope() throws IOException {
        Optional<HookResult> unfit =
                message.refusalFor(connection.extensions(), hop.strictEightBit());
        if (unfit.isPresent()) {
            reset();
            return ours(unfit.get());
        }
        return settled(sendBody(body(), Optional.empty()));
    }

    private HopOutcome settled(HopOutcome outcome) {
        verdicts.forEach((to, its) -> to.settle(its.result(), its.answer()));
        return outcome;
    }

    private HopOutcome send() throws IOException {
        Extensions offered = connection.extensions();
        Optional<HookResult> unfit = message.refusalFor(offered, hop.strictEightBit());
        if (unfit.isPresent()) {
            return ours(unfit.get());
        }
        limit.announced(offered);
        int most = limit.most(System.nanoTime());
        if (recipients().size() > most) {
            return tooManyRecipients(most, "");
        }
        connection.countMessage();
        HopBody body = body();
        Optional<String> last = isAskedEarly(offered) ? body.command() : Optional.empty();
        List<HopReply> replies = exchangeEnvelope(offered, last);
        Optional<HopReply> early = last.map(said -> replies.remove(replies.size() - 1));
        Optional<HopOutcome> refused = envelopeRefusal(replies);
        if (refused.isPresent()) {
            if (early.map(HopReply::isIntermediate).orElse(false)) {
                var unused = connection.command("."); // of an envelope without recipients
            }
            reset();
            return refused.get();
        }
        return sendBody(body, early);
    }

    private HopBody body() {
        return new HopBody(hop, facts.offers(), connection, message);
    }

    /**
     * Whether the message is asked for with its envelope (RFC 2920 section 3.1): where a refusal
     * leaves no recipient, who would get what is sent then.
     */
    private boolean isAskedEarly(Extensions offered) {
        return recipients().size() == 1 && !hop.isLmtp() && offered.has("PIPELINING");
    }

    private HopOutcome sendBody(HopBody body, Optional<HopReply> early) throws IOException {
        Optional<HopReply> unwanted = body.refusal(early);
        if (unwanted.isPresent()) {
            HopOutcome refusal = refusal("message", "", unwanted.get());
            reset();
            return refusal;
        }
        body.send();
        return judge(connection.readEnds(hop.isLmtp() ? taken().size() : 1));
    }

    /** The recipients that the next hop has not refused. */
    private List<Mail.To> taken() {
        return recipients().stream().filter(one -> !verdicts.containsKey(one)).toList();
    }

    /**
     * One answer for all recipients of whose message the next hop has answered. In LMTP some may
     * have got it and others not. The client is never told that all have it when one has not, so
     * nobody's is lost; when it comes again, some get it twice.
     */
    private HopOutcome judge(List<HopReply> ends) throws NextHopException {
        List<Mail.To> whom = taken();
        if (hop.isLmtp() && message.isAnsweredEach()) {
            settle(whom, ends, "message for ");
        }
        int worst = worst(ends);
        if (worst < 0) {
            return queued(ends);
        }
        long refused = ends.stream().filter(end -> !end.isPositive()).count();
        if (ends.size() == 1) {
            return refusal("message", "", ends.get(0));
        }
        String others =
                (refused == 1 ? "" : ", and " + (refused - 1) + " more")
                        + (refused == ends.size()
                                ? ""
                                : "; " + (ends.size() - refused) + " got the message");
        String who = Outgoing.shown(whom.get(worst).address());
        HopOutcome refusal = refusal("message for " + who, others, ends.get(worst));
        return new HopOutcome(refusal.result().because(each(whom, ends)), refusal.answer());
    }

    /** What became of each recipient, for the record; bounded. */
    private String each(List<Mail.To> whom, List<HopReply> ends) {
        StringJoiner all = new StringJoiner("; ", "fail: " + hop.place() + ": ", "");
        for (int i = 0; i < Math.min(ends.size(), MAX_SHOWN); i++) {
            String who = Outgoing.shown(whom.get(i).address());
            all.add(who + " " + ends.get(i).shown());
        }
        int more = ends.size() - MAX_SHOWN;
        return more > 0 ? all.add(more + " more").toString() : all.toString();
    }

    /** Has each one told what the next hop said of it. */
    private void settle(List<Mail.To> whom, List<HopReply> replies, String what)
            throws NextHopException {
        for (int i = 0; i < whom.size(); i++) {
            HopReply reply = replies.get(i);
            Mail.To one = whom.get(i);
            verdicts.put(
                    one,
                    reply.isPositive()
                            ? queued(List.of(reply))
                            : refusal(what + Outgoing.shown(one.address()), "", reply));
        }
    }

    private List<Mail.To> recipients() {
        return message.envelope().recipients();
    }

    /** Which reply is a refusal, the first temporary one before all; -1 when none is. */
    private static int worst(List<HopReply> replies) {
        int worst = -1;
        for (int i = 0; i < replies.size(); i++) {
            HopReply reply = replies.get(i);
            boolean worse = worst < 0 || (!replies.get(worst).isTemporary() && reply.isTemporary());
            if (!reply.isPositive() && worse) {
                worst = i;
            }
        }
        return worst;
    }

    /**
     * The replies to MAIL, each RCPT, and a last command; only those to the first ones when the
     * sender is refused before all was said.
     */
    private List<HopReply> exchangeEnvelope(Extensions offered, Optional<String> last)
            throws NextHopException {
        List<String> lines = new ArrayList<>();
        lines.add(message.mail(offered));
        lines.addAll(message.envelope().rcpts(offered));
        last.ifPresent(lines::add);
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
                return replies;
            }
        }
        return replies;
    }

    /**
     * One answer for all recipients. When one of them is refused nobody gets the message, since an
     * answer for the whole message cannot tell the client which of them did, unless it reads one
     * for each: then the others get it. The refusal is temporary as long as one of them is: then
     * the client still holds the message, and what remains is decided when it tries again.
     */
    private Optional<HopOutcome> envelopeRefusal(List<HopReply> replies) throws NextHopException {
        if (!replies.get(0).isPositive()) {
            return Optional.of(
                    refusal(Outgoing.shown(message.envelope().sender()), "", replies.get(0)));
        }
        List<HopReply> rcpts = replies.subList(1, replies.size());
        int most = HopRecipientLimit.in(rcpts);
        if (most > 0) {
            limit.learnt(most, System.nanoTime());
        }
        if (message.isAnsweredEach() && settleRefused(rcpts)) {
            return Optional.empty();
        }
        if (most > 0) {
            return Optional.of(
                    tooManyRecipients(most, ": " + replies.get(replies.size() - 1).shown()));
        }
        int worst = worst(rcpts);
        if (worst < 0) {
            return Optional.empty();
        }
        long refused = rcpts.stream().filter(reply -> !reply.isPositive()).count();
        String others =
                (refused == 1 ? "" : ", and " + (refused - 1) + " more")
                        + (refused == rcpts.size() ? "" : "; the message was sent to nobody");
        String who = Outgoing.shown(recipients().get(worst).address());
        return Optional.of(refusal(who, others, rcpts.get(worst)));
    }

    /** Has the refused ones told, and says whether others are left. */
    private boolean settleRefused(List<HopReply> rcpts) throws NextHopException {
        List<Mail.To> refused = new ArrayList<>();
        List<HopReply> refusals = new ArrayList<>();
        for (int i = 0; i < rcpts.size(); i++) {
            if (!rcpts.get(i).isPositive()) {
                refused.add(recipients().get(i));
                refusals.add(rcpts.get(i));
            }
        }
        settle(refused, refusals, "");
        return refused.size() < rcpts.size();
    }

    /**
     * The message is not shared out among several transactions: should a later one be put off, the
     * client would bring it once more to all, also to those who have it. From now on the client is
     * told at RCPT, so that it shares out itself and has an answer for each of its transactions.
     */
    private HopOutcome tooManyRecipients(int most, String why) {
        String text = "the next hop takes " + most + " recipients at a time" + why;
        return ours(
                HookResult.denySoft(text + "; the message was sent to nobody, try again (#4.5.3)")
                        .because("fail: " + hop.place() + ": " + text));
    }

    private HopOutcome refusal(String what, String others, HopReply reply) throws NextHopException {
        if (!reply.isAboutTheMail()) {
            throw new NextHopException("unexpected answer of the next hop: " + reply.shown());
        }
        String text = what + " refused by the next hop: " + reply.shown() + others;
        String coded = text + " (#" + reply.enhancedCode() + ")";
        HookResult ours = reply.isPermanent() ? HookResult.deny(coded) : HookResult.denySoft(coded);
        HookResult result = facts.verbatim() && others.isEmpty() ? reply.asAnswer() : ours;
        return said(result.because("fail: " + hop.place() + ": " + text), reply);
    }

    private HopOutcome queued(List<HopReply> ends) {
        String word = ends.get(0).lastWord();
        String text = word.isEmpty() ? "queued" : "queued as " + word;
        HookResult result = facts.verbatim() ? ends.get(0).asAnswer() : HookResult.ok(text);
        return said(result.because("pass: " + hop.place() + ": " + text), ends.get(0));
    }

    private HopOutcome said(HookResult result, HopReply reply) {
        Set<String> offers = connection.extensions().offers().keySet();
        String status = reply.enhancedCode();
        return new HopOutcome(
                result,
                new HopAnswer(hop.place(), reply.code(), status, reply.text(), true, offers));
    }

    /** What we say before we ask. */
    private HopOutcome ours(HookResult result) {
        return HopOutcome.ours(result, hop.place(), connection.extensions().offers().keySet());
    }

    /** The refusal stands, whatever becomes of the connection. */
    private void reset() {
        connection.reset();
    }
}
