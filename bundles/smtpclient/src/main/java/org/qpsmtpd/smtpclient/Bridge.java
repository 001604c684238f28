package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.PluginState;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the envelope of a message on while its client gives it, so that the client reads the next
 * hop's own replies, and the message when it is there. Waits for the next hop at each step.
 *
 * <p>When the message is not what was announced, since plugins changed the envelope, or the
 * connection has gone meanwhile, it is handed on as by a {@link Forwarder}.
 */
public final class Bridge implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);

    private final Forwarder forwarder;
    private final PluginState<Leg> legs = new PluginState<>(Leg::new);

    /**
     * Connects to nobody yet.
     *
     * @param hops at least one
     * @param inTurn whether each message begins with the next of them; otherwise all with the first
     */
    public Bridge(List<NextHop> hops, boolean inTurn) {
        forwarder = new Forwarder(hops, inTurn, true);
    }

    /** Closes the connections. What comes later is deferred. */
    @Override
    public void close() {
        forwarder.close();
    }

    /** The extensions that each next hop offers, as far as it is known. */
    public Set<QueueExtension> honours() {
        return forwarder.honours();
    }

    /** How many recipients of a message each next hop takes, as far as it is known. */
    public int mostRecipients() {
        return forwarder.mostRecipients();
    }

    /**
     * Hands the sender on.
     *
     * @return DECLINED when the next hop takes it, else DENY or DENYSOFT as it says
     */
    public HookResult mail(Transaction transaction, Address sender, Parameters parameters) {
        Leg leg = legs.of(transaction);
        leg.begin(MailClient.of(transaction.connection()), sender, parameters);
        Optional<HookResult> unsafe = leg.unsafe(leg.envelope());
        if (unsafe.isPresent()) {
            return unsafe.get();
        }
        long due = forwarder.newDue();
        List<HopWay> untried = forwarder.inOrder();
        while (true) {
            HopWay way = untried.remove(0);
            try {
                return leg.mail(way, due);
            } catch (NextHopException e) {
                if (untried.isEmpty() || System.nanoTime() - due > 0) {
                    return deferred(way, e);
                }
                LOG.warn("{}: {}; another next hop is tried", way.hop().place(), e.detail());
            }
        }
    }

    /**
     * Hands a recipient on.
     *
     * @return OK with what the next hop says when it takes it, else DENY or DENYSOFT as it says
     */
    public HookResult rcpt(Transaction transaction, Recipient recipient) {
        Leg leg = legs.of(transaction);
        HopWay way = leg.way();
        if (way == null) {
            return HookResult.denySoft("the sender was not handed on (#4.3.0)")
                    .withCode(451)
                    .because("error: no MAIL was seen");
        }
        Optional<HookResult> unsafe = leg.unsafe(leg.envelope(recipient));
        if (unsafe.isPresent()) {
            return unsafe.get();
        }
        try {
            return leg.rcpt(way, recipient, forwarder.newDue());
        } catch (NextHopException e) {
            return deferred(way, e);
        }
    }

    /** Whether the next hop has taken a recipient. */
    public boolean hasTaken(Transaction transaction, Recipient recipient) {
        return legs.of(transaction).hasTaken(recipient);
    }

    private static HookResult deferred(HopWay way, NextHopException e) {
        return Forwarder.later(e.text(), way.hop().place() + ": " + e.detail());
    }

    /**
     * Hands the message on.
     *
     * @return what the next hop says of it, or DENYSOFT when it cannot be used
     */
    public HookResult queue(Transaction transaction) {
        Leg leg = legs.of(transaction);
        try {
            Outgoing message = new Outgoing(new TransactionMail(transaction));
            Optional<HookResult> refusal = message.refusal();
            return refusal.isPresent() ? refusal.get() : queue(leg, transaction, message);
        } catch (BareLineEndException e) {
            return Outgoing.bareLineEnd();
        } catch (IOException e) {
            return Forwarder.later(Forwarder.UNREADABLE, "the message cannot be read: " + e);
        }
    }

    private HookResult queue(Leg leg, Transaction transaction, Outgoing message)
            throws IOException {
        long due = forwarder.newDue();
        HopWay way = leg.way();
        Optional<HopConnection> open = leg.take(due);
        if (way != null && open.isPresent()) {
            HopConnection connection = open.get();
            if (!leg.fits(transaction, message, connection.extensions())) {
                way.drop(connection);
            } else {
                try {
                    return way.finish(message, connection).result();
                } catch (NextHopException e) {
                    if (e.isAfterTheEnd()) {
                        return deferred(way, e);
                    }
                    LOG.debug("{}: {}; the envelope is said again", way.hop().place(), e.detail());
                }
            }
        }
        return forwarder.forward(message, due).result();
    }

    /** The transaction is over: what was begun for it is dropped. */
    public void release(Transaction transaction) {
        legs.of(transaction).release();
    }
}
