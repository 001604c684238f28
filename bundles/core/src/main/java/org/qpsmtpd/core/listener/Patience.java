package org.qpsmtpd.core.listener;

import java.util.concurrent.TimeUnit;

/** How long a client may still take, and how much of a message it has sent meanwhile. */
final class Patience {
    private static final int DATA_PROGRESS = 16 * 1024;

    private long deadline;
    private int progress;

    void renew(int seconds) {
        progress = 0;
        deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }

    /** Ends it at a time of our own. */
    void endIn(long nanos) {
        deadline = System.nanoTime() + nanos;
    }

    /** Octets have come. */
    void add(int octets) {
        progress += octets;
    }

    /** Whether enough of a message has come for the time to begin anew. */
    boolean hasProgress() {
        return progress >= DATA_PROGRESS;
    }

    boolean isOver(long now) {
        return now - deadline >= 0;
    }
}
