package org.qpsmtpd.plugin.auth.authbrake;

import java.time.Duration;

/**
 * What failures cost.
 *
 * @param free how many cost nothing
 * @param step what each further one adds to the wait of an attempt
 * @param longest the longest wait
 * @param blockAfter how many are the most of an address; 0 for any number
 */
record Brake(long free, Duration step, Duration longest, long blockAfter) {
    /** How long an attempt waits: the address or the user has failed so often, as is more. */
    Duration delay(Failures failures) {
        long costly = Math.max(failures.ofAddress(), failures.ofUser()) - free;
        if (costly <= 0) {
            return Duration.ZERO;
        }
        long steps = step.isZero() ? 0 : Math.min(costly, longest.dividedBy(step) + 1);
        Duration wanted = step.multipliedBy(steps);
        return wanted.compareTo(longest) < 0 ? wanted : longest(steps);
    }

    private Duration longest(long steps) {
        return steps == 0 ? Duration.ZERO : longest;
    }

    /** Only for its own failures: else anybody could lock a user out. */
    boolean isBlocked(Failures failures) {
        return blockAfter > 0 && failures.ofAddress() >= blockAfter;
    }
}
