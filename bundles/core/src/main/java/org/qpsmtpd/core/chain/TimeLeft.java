package org.qpsmtpd.core.chain;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Puts an end to waiting. The time is kept by the connection's own thread: nearly every alarm is
 * cancelled, and there that costs neither a lock nor the waking of another thread.
 */
public final class TimeLeft {
    private TimeLeft() {}

    /**
     * Completes a stage when the time is up, unless it is complete by then or the thread has ended.
     *
     * @param late what it completes with
     */
    public static <T extends @Nullable Object> void bound(
            CompletableFuture<T> stage, T late, long millis, ScheduledExecutorService loop) {
        if (stage.isDone()) {
            return;
        }
        try {
            Future<?> alarm =
                    loop.schedule(() -> stage.complete(late), millis, TimeUnit.MILLISECONDS);
            var unused = stage.whenComplete((value, failure) -> alarm.cancel(false));
        } catch (RejectedExecutionException e) {
            return; // the server has ended, and nobody waits any more
        }
    }
}
