package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.qpsmtpd.api.hook.QueueExtension;
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
    private final HopOffers offers = new HopOffers();
    private final HopFacts facts;
    private volatile boolean hasFailed;
    private volatile long failedAt;

    /**
     * Connects to nobody yet.
     *
     * @param verbatim whether clients are told the next hop's replies word for word
     */
    HopWay(NextHop hop, boolean verbatim) {
        this.hop = hop;
        this.facts = new HopFacts(hop, verbatim, limit, offers);
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

    ConnectionPool pool() {
        return pool;
    }

    /** What it does for those who ask it to, as far as it is known. */
    Set<QueueExtension> honoured() {
        return offers.honoured(System.nanoTime());
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
        Predicate<Extensions> isFit =
                offered -> message.refusalFor(offered, hop.strictEightBit()).isEmpty();
        Optional<HopConnection> kept = pool.take(due).filter(known -> isFit(known, isFit));
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
        try {
            return deliver(message, pool.open(message.client(), due));
        } catch (NextHopException.Chunks e) {
            return deliver(message, pool.open(message.client(), due));
        }
    }

    /**
     * What a kept connection does not offer the next hop may offer by now: nothing is refused but
     * by a session that has just begun.
     */
    private boolean isFit(HopConnection kept, Predicate<Extensions> isFit) {
        boolean fit = isFit.test(kept.extensions());
        if (!fit) {
            pool.end(kept);
        }
        return fit;
    }

    private HopOutcome deliver(Outgoing message, HopConnection connection) throws IOException {
        offers.learnt(connection.extensions(), System.nanoTime());
        return carry(connection, () -> new HopDelivery(facts, message, connection).run());
    }

    /**
     * The beginning of an envelope.
     *
     * @param reply to MAIL
     */
    record Begun(HopConnection connection, HopReply reply) {}

    /**
     * Says MAIL, on a kept connection or a new one.
     *
     * @param isFit whether what a kept connection offers is enough
     * @param mail the command, as what is offered allows
     */
    Begun begin(
            MailClient client,
            Predicate<Extensions> isFit,
            Function<Extensions, String> mail,
            long due)
            throws NextHopException {
        try {
            Begun begun = keptOrNew(client, isFit, mail, due);
            hasFailed = false;
            return begun;
        } catch (NextHopException e) {
            failedAt = System.nanoTime();
            hasFailed = true;
            throw e;
        }
    }

    private Begun keptOrNew(
            MailClient client,
            Predicate<Extensions> isFit,
            Function<Extensions, String> mail,
            long due)
            throws NextHopException {
        Optional<HopConnection> kept = pool.take(due).filter(known -> isFit(known, isFit));
        if (kept.isPresent()) {
            try {
                return begin(kept.get(), mail);
            } catch (NextHopException e) {
                LOG.debug("{}: {} on a kept connection", hop.place(), e.detail());
            }
        }
        return begin(pool.open(client, due), mail);
    }

    private Begun begin(HopConnection connection, Function<Extensions, String> mail)
            throws NextHopException {
        boolean isDone = false;
        try {
            Extensions offered = connection.extensions();
            offers.learnt(offered, System.nanoTime());
            limit.announced(offered);
            connection.countMessage();
            HopReply reply = connection.command(mail.apply(offered));
            isDone = true;
            return new Begun(connection, reply);
        } finally {
            if (!isDone) {
                pool.discard(connection);
            }
        }
    }

    /** Drops an envelope that was begun. */
    void drop(HopConnection connection) {
        connection.reset();
        pool.give(connection);
    }

    /**
     * Hands on a message whose envelope was taken on that connection.
     *
     * @throws NextHopException when the next hop cannot be used
     * @throws IOException when the message cannot be read
     */
    HopOutcome finish(Outgoing message, HopConnection connection) throws IOException {
        HopDelivery delivery = new HopDelivery(facts, message, connection);
        return carry(connection, delivery::runWithoutEnvelope);
    }

    /** Has something done on a connection, which is kept when that went well. */
    private interface Carriage {
        HopOutcome run() throws IOException;
    }

    private HopOutcome carry(HopConnection connection, Carriage carriage) throws IOException {
        boolean done = false;
        try {
            HopOutcome result = carriage.run();
            done = true;
            return result;
        } catch (NextHopException e) {
            e.setInSession();
            if (e instanceof NextHopException.Chunks) {
                LOG.warn("{}: {}; DATA is used from now on", hop.place(), e.detail());
                offers.setRefusesChunks();
            }
            if (connection.isEndSent()) {
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
