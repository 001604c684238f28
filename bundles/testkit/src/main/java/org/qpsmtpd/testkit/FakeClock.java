package org.qpsmtpd.testkit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.Clock;

/** A clock that stands still until the test moves it. Safe for use by several threads. */
public final class FakeClock implements Clock {
    /** Where a new clock stands. */
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Object lock = new Object();
    private final List<Alarm> alarms = new ArrayList<>();
    private Instant now;

    private record Alarm(Instant due, CompletableFuture<@Nullable Void> stage) {}

    /** A clock that stands at {@link #START}. */
    public FakeClock() {
        this(START);
    }

    /** A clock that stands at the given moment. */
    public FakeClock(Instant now) {
        this.now = now;
    }

    /**
     * Moves the clock forward and completes, in order of time, the waits that end on the way. The
     * stages that depend on them run in the calling thread, before this returns, each at the moment
     * its wait ends.
     */
    public void advance(Duration by) {
        Instant target = now().plus(by);
        Alarm next = nextUntil(target);
        while (next != null) {
            next.stage.complete(null);
            next = nextUntil(target);
        }
    }

    /** How many waits have not ended. */
    public int waiting() {
        synchronized (lock) {
            return alarms.size();
        }
    }

    @Override
    public Instant now() {
        synchronized (lock) {
            return now;
        }
    }

    @Override
    @SuppressWarnings("NullAway") // CompletionStage<Void> can only be completed with null
    public CompletionStage<Void> after(Duration delay) {
        CompletableFuture<@Nullable Void> stage = new CompletableFuture<>();
        synchronized (lock) {
            if (!delay.isZero() && !delay.isNegative()) {
                alarms.add(new Alarm(now.plus(delay), stage));
                return stage;
            }
        }
        stage.complete(null);
        return stage;
    }

    /** Takes the first wait that ends by then and sets the clock to its end, or to the target. */
    private @Nullable Alarm nextUntil(Instant target) {
        synchronized (lock) {
            Alarm next = alarms.stream().min(Comparator.comparing(Alarm::due)).orElse(null);
            if (next == null || next.due.isAfter(target)) {
                now = target;
                return null;
            }
            alarms.remove(next);
            now = next.due;
            return next;
        }
    }
}
