package org.qpsmtpd.core.budget;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one session keeps in memory. The session reports it whenever it may have changed, on its own
 * thread; the budget hears of it only when it changed by more than a grain, so that most commands
 * touch nothing that sessions share.
 */
public final class Holding {
    /** Smaller changes do not count, in octets. */
    static final int GRAIN = 4 * 1024;

    private static final long CLOSED = -1;

    /** After that a session that was ended is held up by something, a plugin or its thread. */
    private static final long LEAVING_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Budget budget;
    private final Runnable end;
    private final AtomicLong held = new AtomicLong();
    private volatile boolean ending;
    private volatile long endsSince;

    Holding(Budget budget, Runnable end) {
        this.budget = budget;
        this.end = end;
    }

    /**
     * Says what the session keeps now, in octets; nothing happens once it is closed.
     *
     * @param octets 0 or more
     */
    public void report(long octets) {
        long before = held.getPlain();
        long change = octets - before;
        if (before != CLOSED
                && (change >= GRAIN || change <= -GRAIN)
                && held.compareAndSet(before, octets)) {
            budget.add(change);
        }
    }

    /** The session is over and keeps nothing. */
    public void close() {
        long last = held.getAndSet(CLOSED);
        if (last != CLOSED) {
            budget.closed(this);
            budget.add(-last);
        }
    }

    /** What was counted last, in octets. */
    public long held() {
        return Math.max(0, held.get());
    }

    boolean isEnding() {
        return ending;
    }

    /** Whether its end has come and takes no longer than it should. */
    boolean isLeaving(long now) {
        return ending && now - endsSince < LEAVING_NANOS;
    }

    void end() {
        endsSince = System.nanoTime();
        ending = true;
        end.run();
    }
}
