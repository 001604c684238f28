package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one next hop, with its connections and what is known of it. Waits for it.
 *
 * <p>A connection kept from an earlier message may have gone, so when it fails before the end of
 * the message has been sent, the message is tried once more on a new one; after that never, since
 * it may have been taken.
 */
final class HopWay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HopWay.class);
    private static final long REST_NANOS = Duration.ofSeconds(30).toNanos();

    private final NextHop hop;
    private final ConnectionPool pool;
    private final HopRecipientLimit limit = new HopRecipientLimit();
    private volatile boolean hasFailed;
    private volatile long failedAt;

    /** Connects to nobody yet. */
    HopWay(NextHop hop) {
        this.hop = hop;
        this.pool = new ConnectionPool(hop);
    }

    /** Closes the connections. */
    @Override
    public void close() {
        pool.close();
    }

    NextHop hop() {
        return hop;
    }

    /** How many recipients of a message it takes, as far as it is known. */
    int mostRecipients() {
        return limit.most(System.nanoTime());
    }

    /** Whether it could not be used a short while ago. */
    boolean isResting(long now) {
        return hasFailed && now - failedAt < REST_NANOS;
    }

    /**
     * Hands a message on.
     *
     * @param due when it must be done with, in the terms of {@link System#nanoTime}
     * @throws NextHopException when the next hop cannot be used
     * @throws IOException when the message cannot be read
     */
    HopOutcome forward(Outgoing message, long due) throws IOException {
        try {
            HopOutcome result = keptOrNew(message, due);
            hasFailed = false;
            return result;
        } catch (NextHopException e) {
            failedAt = System.nanoTime();
            hasFailed = true;
            throw e;
        }
    }

    private HopOutcome keptOrNew(Outgoing message, long due) throws IOException {
        Optional<HopConnection> kept = pool.take(due).filter(known -> isFit(message, known));
        if (kept.isPresent()) {
            try {
                return deliver(message, kept.get());
            } catch (NextHopException e) {
                if (e.isAfterTheEnd()) {
                    throw e;
                }
                LOG.debug("{}: {} on a kept connection", hop.place(), e.detail());
            }
        }
        return deliver(message, pool.open(message.client(), due));
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

    private HopOutcome deliver(Outgoing message, HopConnection connection) throws IOException {
        boolean done = false;
        try {
            HopOutcome result = new HopDelivery(hop, limit, message, connection).run();
            done = true;
            return result;
        } catch (NextHopException e) {
            e.setInSession();
            if (connection.isFinalDotSent()) {
                e.setAfterTheEnd();
            }
            throw e;
        } finally {
            if (done) {
                pool.give(connection);
            } else {
                pool.discard(connection);
            }
        }
    }
}
