package org.qpsmtpd.core.chain;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps a failing plugin from being asked again and again: after some failures in a row it is
 * passed over for a while; then one call shows whether it works again.
 */
final class Breaker {
    private static final int FAILURES = 5;
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicBoolean trying = new AtomicBoolean();
    private final long restNanos;
    private volatile boolean open;
    private volatile boolean condemned;
    private volatile long restsUntil;

    Breaker() {
        this(REST_NANOS);
    }

    Breaker(long restNanos) {
        this.restNanos = restNanos;
    }

    /** Whether the plugin may be asked now; a yes must be followed by how it went. */
    boolean allows(long now) {
        return !open || (!rests(now) && trying.compareAndSet(false, true));
    }

    /** Whether the plugin is certainly not asked now. */
    boolean rests(long now) {
        return open && (condemned || trying.get() || now - restsUntil < 0);
    }

    /** From now on the plugin is passed over for good. */
    void condemn() {
        condemned = true;
        open = true;
    }

    /**
     * A call came back with an answer.
     *
     * @return whether the plugin works again after it was passed over
     */
    boolean succeeded() {
        if (failures.get() == 0) {
            return false;
        }
        failures.set(0);
        boolean closes = open && !condemned;
        open = condemned;
        trying.set(false);
        return closes;
    }

    /**
     * A call failed.
     *
     * @return whether the plugin is passed over from now on
     */
    boolean failed(long now) {
        boolean much = failures.incrementAndGet() >= FAILURES;
        if (!much && !open) {
            return false;
        }
        boolean opens = !open;
        restsUntil = now + restNanos;
        open = true;
        trying.set(false);
        return opens;
    }

    /** A call was allowed that tells nothing of the plugin: the next one shows it. */
    void undecided() {
        trying.set(false);
    }

    /** How long the plugin is passed over, in seconds. */
    long restSeconds() {
        return TimeUnit.NANOSECONDS.toSeconds(restNanos);
    }

    /** {@code closed}, {@code open} or {@code trying}. */
    String state() {
        if (!open) {
            return "closed";
        }
        return trying.get() ? "trying" : "open";
    }
}
