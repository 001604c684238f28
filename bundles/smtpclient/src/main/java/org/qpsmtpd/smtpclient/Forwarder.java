package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands messages on to a next hop and answers what that answers. Waits for it.
 *
 * <p>Of several next hops one gets the message. When it cannot be used, and has not been sent the
 * end of the message, the next one does; one that could not be used a short while ago comes last.
 */
public final class Forwarder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);

    static final String UNREADABLE =
            "Unable to queue message (the message cannot be read) (#4.3.0)";

    private final List<HopWay> ways;
    private final boolean inTurn;
    private final AtomicInteger turn = new AtomicInteger();

    /** Connects to nobody yet. */
    public Forwarder(NextHop hop) {
        this(List.of(hop), false);
    }

    /**
     * Connects to nobody yet.
     *
     * @param hops at least one
     * @param inTurn whether each message begins with the next of them; otherwise all with the first
     */
    public Forwarder(List<NextHop> hops, boolean inTurn) {
        this(hops, inTurn, false);
    }

    /**
     * @param verbatim whether clients are told the next hop's replies word for word
     */
    Forwarder(List<NextHop> hops, boolean inTurn, boolean verbatim) {
        this.ways = hops.stream().map(hop -> new HopWay(hop, verbatim)).toList();
        this.inTurn = inTurn;
    }

    /** Closes the connections. A message that comes later is deferred. */
    @Override
    public void close() {
        ways.forEach(HopWay::close);
    }

    /** The extensions that each next hop offers, as far as it is known. */
    public Set<QueueExtension> honours() {
        Set<QueueExtension> all = EnumSet.allOf(QueueExtension.class);
        ways.forEach(way -> all.retainAll(way.honoured()));
        return all;
    }

    /** How many recipients of a message each next hop takes, as far as it is known. */
    public int mostRecipients() {
        return ways.stream().mapToInt(HopWay::mostRecipients).min().orElse(Integer.MAX_VALUE);
    }

    /**
     * Hands a message on.
     *
     * @return OK when the next hop has taken the message, DENY or DENYSOFT when it refuses it,
     *     DENYSOFT when it cannot be used
     */
    public HookResult queue(Transaction transaction) {
        try {
            return handOn(new TransactionMail(transaction)).result();
        } catch (IOException e) {
            return later(UNREADABLE, "the message cannot be read: " + e);
        }
    }

    /**
     * Hands a message on.
     *
     * @return what holds for all recipients that were not settled
     * @throws IOException when the message cannot be read
     */
    public HopOutcome handOn(Mail mail) throws IOException {
        try {
            Outgoing message = new Outgoing(mail);
            Optional<HookResult> refusal = message.refusal();
            return refusal.isPresent() ? ours(refusal.get()) : forward(message);
        } catch (BareLineEndException e) {
            return ours(Outgoing.bareLineEnd());
        }
    }

    private static HopOutcome ours(HookResult refusal) {
        return HopOutcome.ours(refusal, "", Set.of());
    }

    private HopOutcome forward(Outgoing message) throws IOException {
        return forward(message, newDue());
    }

    /** When what begins now must be done with, in the terms of {@link System#nanoTime}. */
    long newDue() {
        return System.nanoTime() + ways.get(0).hop().maxTime().toNanos();
    }

    /**
     * Hands on a message that is refused by nobody yet.
     *
     * @throws IOException when the message cannot be read
     */
    HopOutcome forward(Outgoing message, long due) throws IOException {
        List<HopWay> untried = inOrder();
        while (true) {
            HopWay way = untried.remove(0);
            try {
                return way.forward(message, due);
            } catch (NextHopException e) {
                String place = way.hop().place();
                if (untried.isEmpty() || e.isAfterTheEnd() || System.nanoTime() - due > 0) {
                    HookResult result = later(e.text(), place + ": " + e.detail());
                    return new HopOutcome(result, e.answer(place));
                }
                LOG.warn("{}: {}; another next hop is tried", place, e.detail());
            }
        }
    }

    /** The ways in the order in which they are to be tried; may be changed. */
    List<HopWay> inOrder() {
        long now = System.nanoTime();
        int first = inTurn ? Math.floorMod(turn.getAndIncrement(), ways.size()) : 0;
        List<HopWay> order = new ArrayList<>();
        List<HopWay> resting = new ArrayList<>();
        for (int i = 0; i < ways.size(); i++) {
            HopWay way = ways.get((first + i) % ways.size());
            (way.isResting(now) ? resting : order).add(way);
        }
        order.addAll(resting);
        return order;
    }

    static HookResult later(String text, String detail) {
        return HookResult.denySoft(text).withCode(451).because("error: " + detail);
    }
}
