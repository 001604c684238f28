package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.util.Optional;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands messages on to a next hop and answers what that answers. Waits for it.
 *
 * <p>A connection kept from an earlier message may have gone, so when it fails before the end of
 * the message has been sent, the message is tried once more on a new one; after that never, since
 * it may have been taken.
 */
public final class Forwarder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);

    private static final String UNREADABLE =
            "Unable to queue message (the message cannot be read) (#4.3.0)";

    private final NextHop hop;
    private final ConnectionPool pool;
    private final HopRecipientLimit limit = new HopRecipientLimit();

    /** Connects to nobody yet. */
    public Forwarder(NextHop hop) {
        this.hop = hop;
        this.pool = new ConnectionPool(hop);
    }

    /** Closes the connections. A message that comes later is deferred. */
    @Override
    public void close() {
        pool.close();
    }

    /** How many recipients of a message the next hop takes, as far as it is known. */
    public int mostRecipients() {
        return limit.most(System.nanoTime());
    }

    /**
     * Hands a message on.
     *
     * @return OK when the next hop has taken the message, DENY or DENYSOFT when it refuses it,
     *     DENYSOFT when it cannot be used
     */
    public HookResult queue(Transaction transaction) {
        try {
            Outgoing message = new Outgoing(transaction);
            Optional<HookResult> refusal = message.refusal();
            return refusal.isPresent() ? refusal.get() : forward(transaction, message);
        } catch (NextHopException e) {
            return later(e.text(), hop.place() + ": " + e.detail());
        } catch (BareLineEndException e) {
            return Outgoing.bareLineEnd();
        } catch (IOException e) {
            return later(UNREADABLE, "the message cannot be read: " + e);
        }
    }

    private HookResult forward(Transaction transaction, Outgoing message) throws IOException {
        long due = System.nanoTime() + hop.maxTime().toNanos();
        Optional<HopConnection> kept = pool.take(due).filter(known -> isFit(message, known));
        if (kept.isPresent()) {
            try {
                return deliver(message, kept.get());
            } catch (NextHopException e) {
                if (kept.get().isFinalDotSent()) {
                    throw e;
                }
                LOG.debug("{}: {} on a kept connection", hop.place(), e.detail());
            }
        }
        return deliver(message, pool.open(transaction.connection(), due));
    }

    /**
     * What a kept connection does not offer the next hop may offer by now: nothing is refused but
     * by a session that has just begun.
     */
    private boolean isFit(Outgoing message, HopConnection kept) {
        boolean fit = message.refusalFor(kept.extensions(), hop.strictEightBit()).isEmpty();
        if (!fit) {
            pool.end(kept);
        }
        return fit;
    }

    private HookResult deliver(Outgoing message, HopConnection connection) throws IOException {
        boolean done = false;
        try {
            HookResult result = new HopDelivery(hop, limit, message, connection).run();
            done = true;
            return result;
        } finally {
            if (done) {
                pool.give(connection);
            } else {
                pool.discard(connection);
            }
        }
    }

    private static HookResult later(String text, String detail) {
        return HookResult.denySoft(text).withCode(451).because("error: " + detail);
    }
}
