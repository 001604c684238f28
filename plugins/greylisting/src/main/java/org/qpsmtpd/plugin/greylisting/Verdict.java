package org.qpsmtpd.plugin.greylisting;

/**
 * What the store says of a message.
 *
 * @param passes whether it passes
 * @param detail why, for the log
 * @param fault why the store could not be asked; empty when it was
 */
record Verdict(boolean passes, String detail, String fault) {
    static Verdict pass(String detail) {
        return new Verdict(true, detail, "");
    }

    static Verdict of(GreyEntry entry) {
        if (entry.passes()) {
            return pass(entry.passesFirst() ? "grey" : "white, " + entry.white() + " deliveries");
        }
        String detail =
                entry.black() == 0
                        ? "initial DENYSOFT, unknown"
                        : "black DENYSOFT - " + entry.black() + " deferred connections";
        return new Verdict(false, detail, "");
    }

    static Verdict unknown(String fault) {
        return new Verdict(true, "", fault);
    }

    /** What holds for two recipients: the one that does not pass, or that is not known. */
    Verdict and(Verdict other) {
        boolean otherIsWorse = passes && (!other.passes || !other.fault.isEmpty());
        return otherIsWorse ? other : this;
    }
}
