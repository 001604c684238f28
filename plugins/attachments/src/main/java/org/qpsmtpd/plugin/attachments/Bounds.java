package org.qpsmtpd.plugin.attachments;

import java.util.function.LongSupplier;

/** What the attachments of one message may cost. */
final class Bounds {
    /** Below, no ratio is looked at. */
    private static final long SMALL = 1 << 20;

    private final Limits limits;
    private final LongSupplier nanoClock;
    private final long start;
    private int entries;
    private long octets;

    /**
     * The limits.
     *
     * @param depth archives within each other
     * @param entries of all archives of a message
     * @param octets that they unpack to
     * @param ratio of what an archive unpacks to and its own size
     * @param nanos that all of it takes
     */
    record Limits(int depth, int entries, long octets, int ratio, long nanos) {}

    Bounds(Limits limits, LongSupplier nanoClock) {
        this.limits = limits;
        this.nanoClock = nanoClock;
        start = nanoClock.getAsLong();
    }

    /** An archive within so many others begins. */
    void archive(int depth) throws Unjudged {
        if (depth >= limits.depth) {
            throw new Unjudged("archives are nested deeper than " + limits.depth);
        }
    }

    /** Another entry of an archive. */
    void entry() throws Unjudged {
        if (++entries > limits.entries) {
            throw new Unjudged("archives have more than " + limits.entries + " entries");
        }
        time();
    }

    /**
     * Octets came out of an archive.
     *
     * @param out how many came out of it by now
     * @param in how many went into it by now
     */
    void unpacked(int more, long out, long in) throws Unjudged {
        octets += more;
        if (octets > limits.octets) {
            throw new Unjudged("archives unpack to more than " + limits.octets + " octets");
        }
        if (out > SMALL && out / limits.ratio > in) {
            throw new Unjudged("an archive unpacks to " + limits.ratio + " times its size");
        }
        time();
    }

    private void time() throws Unjudged {
        if (nanoClock.getAsLong() - start > limits.nanos) {
            throw new Unjudged("the attachments take too long");
        }
    }
}
