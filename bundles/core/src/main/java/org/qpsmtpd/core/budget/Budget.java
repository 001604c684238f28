package org.qpsmtpd.core.budget;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory the sessions and messages of all servers in the process may take together. While
 * it is spent nobody new is accepted, messages leave memory earlier, and what is not needed is
 * refused; when that does not help within a second, or when a quarter more is taken, the sessions
 * that keep most are ended, one after the other, until there is room.
 *
 * <p>All of it is an estimate on the safe side: octets of arrays and buffers, a fixed weight for
 * each object.
 */
public final class Budget implements Holding.Account {
    /** What a session keeps that does nothing: its objects, and those of its socket. */
    public static final int SESSION = 6 * 1024;

    private static final Budget OF_THIS_JVM = new Budget(Runtime.getRuntime().maxMemory() / 4);

    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private final Set<Holding> holdings = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean relieving = new AtomicBoolean();

    /**
     * @param limit octets, more than 0
     */
    public Budget(long limit) {
        this.limit = limit;
    }

    /** A quarter of what the JVM may use, for all servers in it together. */
    public static Budget ofThisJvm() {
        return OF_THIS_JVM;
    }

    /**
     * How many sessions there may be: so many that when all of them do nothing, half is left for
     * those that do.
     */
    public int mostSessions() {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(16, limit / 2 / SESSION));
    }

    /**
     * Counts a new session in.
     *
     * @param end ends the session at once, whatever it is doing; called on any thread, once at most
     */
    public Holding open(Runnable end) {
        Holding holding = new Holding(this, end);
        holdings.add(holding);
        holding.report(SESSION);
        return holding;
    }

    @Override
    public void closed(Holding holding) {
        holdings.remove(holding);
    }

    /** Counts octets in that are no session's any more or not yet, or out when negative. */
    @Override
    public void add(long octets) {
        long now = used.addAndGet(octets);
        if (octets > 0 && now >= limit + limit / 4) {
            relieve();
        }
    }

    /** Octets in use. */
    public long used() {
        return used.get();
    }

    /** Octets that may be used. */
    public long limit() {
        return limit;
    }

    /** Whether what can wait or be refused must be. */
    public boolean isSpent() {
        return used.get() >= limit;
    }

    /** Whether less than half is used, so that what is quicker in memory may stay there. */
    public boolean isPlenty() {
        return used.get() < limit / 2;
    }

    /** To be called about once a second: ends sessions when the budget is still spent. */
    public void tick() {
        if (isSpent()) {
            relieve();
        }
    }

    private void relieve() {
        if (!relieving.compareAndSet(false, true)) {
            return; // somebody is at it
        }
        try {
            endLargest();
        } finally {
            relieving.set(false);
        }
    }

    /** Ends the largest sessions until an eighth would be free; those that do nothing stay. */
    private void endLargest() {
        long now = System.nanoTime();
        long excess = used.get() - (limit - limit / 8);
        List<Candidate> others = new ArrayList<>();
        for (Holding holding : holdings) {
            long held = holding.held();
            if (holding.isLeaving(now)) {
                excess -= held;
            } else if (!holding.isEnding() && held >= SESSION + Holding.GRAIN) {
                others.add(new Candidate(holding, held));
            }
        }
        if (excess <= 0) {
            return;
        }
        others.sort(Comparator.comparingLong(Candidate::held).reversed());
        for (Candidate largest : others) {
            if (excess <= 0) {
                return;
            }
            excess -= largest.held();
            largest.holding().end();
        }
    }

    /** A session with what it kept at the moment of the look. */
    private record Candidate(Holding holding, long held) {}
}
