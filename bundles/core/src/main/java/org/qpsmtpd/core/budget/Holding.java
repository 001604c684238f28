package org.qpsmtpd.core.budget;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one session keeps in memory. The session reports it whenever it may have changed, on its own
 * thread; the budget hears of it only when it changed by more than a grain, so that most commands
 * touch nothing that sessions share.
 */
public final class Holding {
    /** Where it is counted together with others. */
    interface Account {
        /** Counts octets in, or out when negative. */
        void add(long octets);

        /** It is over. */
        void closed(Holding holding);
    }

    /** Smaller changes do not count, in octets. */
    static final int GRAIN = 4 * 1024;

    private static final long CLOSED = -1;

    /** After that a session that was ended is held up by something, a plugin or its thread. */
    private static final long LEAVING_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Account account;
    private final Runnable end;
    private final AtomicLong held = new AtomicLong();
    private volatile boolean ending;
    private volatile long endsSince;

    Holding(Account account, Runnable end) {
        this.account = account;
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
            account.add(change);
        }
    }

    /** The session is over and keeps nothing. */
    public void close() {
        long last = held.getAndSet(CLOSED);
        if (last != CLOSED) {
            account.closed(this);
            account.add(-last);
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
