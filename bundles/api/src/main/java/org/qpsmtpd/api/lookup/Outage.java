package org.qpsmtpd.api.lookup;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Has nobody ask for five seconds what did not answer, so that a queue of clients does not wait one
 * after the other for it. Safe for use by several threads.
 */
public final class Outage {
    private static final Duration LEFT_ALONE = Duration.ofSeconds(5);

    private final AtomicReference<@Nullable Fault> last = new AtomicReference<>();

    private record Fault(Instant until, String why) {}

    /** Why nobody is to be asked now; absent when somebody may be. */
    public Optional<String> why(Instant now) {
        Fault fault = last.get();
        return fault != null && now.isBefore(fault.until)
                ? Optional.of(fault.why)
                : Optional.empty();
    }

    /**
     * Nobody answered.
     *
     * @param why for those who would ask
     * @return whether that is new since the last answer
     */
    public boolean begin(Instant now, String why) {
        return last.getAndSet(new Fault(now.plus(LEFT_ALONE), why)) == null;
    }

    /**
     * Somebody answered.
     *
     * @return whether nobody had, before
     */
    public boolean end() {
        return last.getAndSet(null) != null;
    }
}
