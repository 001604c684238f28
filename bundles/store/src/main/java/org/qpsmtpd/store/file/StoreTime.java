package org.qpsmtpd.store.file;

import java.util.function.LongSupplier;

/**
 * The time that lives are counted by: it goes on evenly while the computer's clock is set. How far
 * the two are apart is kept with the entries, so that after a restart it goes on as it was.
 */
final class StoreTime {
    /** What the clock may be off before it counts as having been set, in milliseconds. */
    private static final long STEP = 5_000;

    private static final long NANOS = 1_000_000;

    private final LongSupplier wall;
    private final LongSupplier nanos;
    private volatile Anchor anchor;

    /**
     * @param ahead this time less that of the clock, in milliseconds
     */
    private record Anchor(long nanos, long time, long ahead) {}

    /**
     * @param wall the computer's clock, in milliseconds of the Unix epoch
     * @param nanos a clock that is never set, in nanoseconds
     */
    StoreTime(LongSupplier wall, LongSupplier nanos) {
        this.wall = wall;
        this.nanos = nanos;
        anchor = at(0);
    }

    /** The time now, in milliseconds. */
    long now() {
        Anchor from = anchor;
        return from.time + (nanos.getAsLong() - from.nanos) / NANOS;
    }

    /**
     * Follows the clock where it runs a little faster or slower.
     *
     * @return by how many milliseconds it has been set; 0 when it has not
     */
    long follow() {
        Anchor from = anchor;
        long time = now();
        long clock = wall.getAsLong() + from.ahead;
        if (Math.abs(clock - time) < STEP) {
            anchor = at(from.ahead);
            return 0;
        }
        anchor = new Anchor(nanos.getAsLong(), time, time - wall.getAsLong());
        return clock - time;
    }

    /** How far it is ahead of the clock, in milliseconds. */
    long ahead() {
        return anchor.ahead;
    }

    /** Goes on where it was when it was that much ahead of the clock. */
    void resume(long ahead) {
        anchor = at(ahead);
    }

    private Anchor at(long ahead) {
        return new Anchor(nanos.getAsLong(), wall.getAsLong() + ahead, ahead);
    }
}
