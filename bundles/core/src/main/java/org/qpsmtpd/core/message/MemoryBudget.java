package org.qpsmtpd.core.message;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory the messages of all connections may take together. When it is used up, messages
 * go to the spool earlier and in smaller pieces, so that many clients with unfinished messages
 * cannot exhaust the server.
 */
public final class MemoryBudget {
    private static final MemoryBudget OF_THIS_JVM =
            new MemoryBudget(Runtime.getRuntime().maxMemory() / 4);

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    /**
     * @param limit octets, more than 0
     */
    public MemoryBudget(long limit) {
        this.limit = limit;
    }

    /** A quarter of what the JVM may use, for all servers in it together. */
    public static MemoryBudget ofThisJvm() {
        return OF_THIS_JVM;
    }

    /** Counts octets in, or out when negative. */
    void add(long octets) {
        used.addAndGet(octets);
    }

    /** Whether messages must leave memory. */
    public boolean isSpent() {
        return used.get() >= limit;
    }
}
