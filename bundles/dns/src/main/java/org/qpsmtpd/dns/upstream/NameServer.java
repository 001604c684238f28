package org.qpsmtpd.dns.upstream;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.qpsmtpd.api.net.NameServerAddress;
import org.qpsmtpd.dns.transport.DatagramSockets;
import org.qpsmtpd.dns.transport.Exchange;
import org.qpsmtpd.dns.transport.Loop;
import org.qpsmtpd.dns.transport.RandomBits;
import org.qpsmtpd.dns.transport.Streams;

/**
 * A name server, and how it does. What changes belongs to the loop; figures may be read anywhere.
 */
public final class NameServer {
    /** A new server is tried before those that are known to be slower than this. */
    private static final long FIRST_GUESS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long LONGEST_REST = TimeUnit.SECONDS.toNanos(60);
    private static final long FIRST_REST = TimeUnit.SECONDS.toNanos(2);
    private static final int SILENCE = 3;

    private final NameServerAddress address;
    private final DatagramSockets datagrams;
    private final Streams streams;
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong silent = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private volatile long roundTrip = FIRST_GUESS;
    private volatile long restUntil = System.nanoTime();
    private boolean extended = true;
    private boolean keepsCase = true;
    private long answeredAt = System.nanoTime() - LONGEST_REST;
    private int silentInTurn;

    /**
     * Figures of a server.
     *
     * @param roundTripMicros a mean in which later answers count more; 0 before the first answer
     * @param silent how often no answer came in time
     * @param failed how often it could not be reached, or said nothing that helps
     * @param dropped messages from its port that answered nothing
     * @param resting whether others are asked first, since it did not answer lately
     */
    public record Figures(
            String address,
            boolean isTrusted,
            long roundTripMicros,
            long asked,
            long answered,
            long silent,
            long failed,
            long dropped,
            boolean resting) {}

    /** A server that has not been asked. */
    NameServer(Loop loop, NameServerAddress address, RandomBits random) {
        this.address = address;
        datagrams = new DatagramSockets(loop, address.socket(), random, dropped::addAndGet);
        streams = new Streams(loop, address.socket(), random);
    }

    NameServerAddress address() {
        return address;
    }

    /** Whether it is on this host. */
    boolean isHere() {
        return address.socket().getAddress().isLoopbackAddress();
    }

    void send(Exchange exchange, boolean overTcp) {
        asked.incrementAndGet();
        if (overTcp) {
            streams.send(exchange);
        } else {
            datagrams.send(exchange);
        }
    }

    /** Whether it is told how large an answer may be. */
    boolean isExtended() {
        return extended;
    }

    /** It takes no query that tells it that. */
    void takesNoExtension() {
        extended = false;
    }

    /** Whether it repeats the question as it was. */
    boolean keepsCase() {
        return keepsCase;
    }

    /** It repeats questions in a case of its own. */
    void changesCase() {
        keepsCase = false;
    }

    /** It answered. */
    void answered(long nanos) {
        answered.incrementAndGet();
        silentInTurn = 0;
        answeredAt = System.nanoTime();
        restUntil = answeredAt;
        roundTrip = answered.get() == 1 ? nanos : roundTrip + (nanos - roundTrip) / 8;
    }

    /**
     * A query had no answer in time. Where nothing else was answered since, the server is silent;
     * after some times it is asked last, for longer and longer.
     *
     * @param began when the query was sent
     */
    void silent(long nanos, long began) {
        silent.incrementAndGet();
        roundTrip = Math.min(nanos, roundTrip + nanos / 8);
        if (answeredAt - began >= 0 || isResting()) {
            return;
        }
        silentInTurn++;
        if (silentInTurn >= SILENCE) {
            rest(FIRST_REST << Math.min(5, silentInTurn - SILENCE));
        }
    }

    /** It said something that does not help, to one question. */
    void failed() {
        failed.incrementAndGet();
    }

    /** It cannot be reached. */
    void unreachable() {
        failed.incrementAndGet();
        rest(FIRST_REST);
    }

    private void rest(long nanos) {
        restUntil = System.nanoTime() + Math.min(LONGEST_REST, nanos);
    }

    /** Another one was asked instead; in time this one is tried again, quicker or not. */
    void passedOver() {
        long known = roundTrip;
        roundTrip = known - known / 64;
    }

    private boolean isResting(long now) {
        return restUntil - now > 0;
    }

    boolean isResting() {
        return isResting(System.nanoTime());
    }

    /** The lower, the sooner it is asked. */
    long rank(long now) {
        return roundTrip + (isResting(now) ? Long.MAX_VALUE / 2 : 0);
    }

    /** The figures now. */
    public Figures figures() {
        return new Figures(
                address.toString(),
                address.isTrusted(),
                answered.get() == 0 ? 0 : TimeUnit.NANOSECONDS.toMicros(roundTrip),
                asked.get(),
                answered.get(),
                silent.get(),
                failed.get(),
                dropped.get(),
                isResting());
    }

    /** It is asked no more; what still waits for it gets its answer, or none. */
    void leave() {
        datagrams.leave();
    }
}
