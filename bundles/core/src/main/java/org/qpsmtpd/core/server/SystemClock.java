package org.qpsmtpd.core.server;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.api.service.Clock;

/** The machine's clock. */
public final class SystemClock implements Clock {
    private static final long IDLE_SECONDS = 10;
    private static final int MOST_THREADS = 4;

    /** Where what waits for a time goes on. */
    private static final ThreadPoolExecutor THREADS = threads();

    private static ThreadPoolExecutor threads() {
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(
                        MOST_THREADS,
                        MOST_THREADS,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        work -> {
                            Thread thread = new Thread(work, "clock");
                            thread.setDaemon(true);
                            return thread;
                        });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public CompletionStage<Void> after(Duration delay) {
        return CompletableFuture.runAsync(
                () -> {},
                CompletableFuture.delayedExecutor(
                        Math.max(0, delay.toMillis()), TimeUnit.MILLISECONDS, SystemClock::goOn));
    }

    /** Without a thread to be had it goes on where the time was measured. */
    private static void goOn(Runnable work) {
        try {
            THREADS.execute(work);
        } catch (OutOfMemoryError e) {
            work.run();
        }
    }
}
