package org.qpsmtpd.plugin.contentlog;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Tells what has been complained of within an hour. Safe for use by several threads. */
final class Complaints {
    private static final Duration PAUSE = Duration.ofHours(1);

    private final AtomicReference<@Nullable Said> last = new AtomicReference<>();

    private record Said(String fault, Instant when) {
        boolean covers(String other, Instant now) {
            return fault.equals(other) && now.isBefore(when.plus(PAUSE)) && !now.isBefore(when);
        }
    }

    /** Whether this is to be said now; then it counts as said. */
    boolean isNew(String fault, Instant now) {
        Said before = last.get();
        boolean known = before != null && before.covers(fault, now);
        return !known && last.compareAndSet(before, new Said(fault, now));
    }
}
