package org.qpsmtpd.plugin.dmarc.report;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The thread that sends; it ends when it has nothing to do. */
final class Worker extends ThreadPoolExecutor {
    private static final int IDLE_SECONDS = 10;
    private static final int MOST_WAITING = 1000;

    Worker() {
        super(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_WAITING),
                work -> {
                    Thread thread = new Thread(work, "dmarc reports");
                    thread.setDaemon(true);
                    return thread;
                });
        allowCoreThreadTimeOut(true);
    }

    /** Waits a moment for what is on its way. */
    void close(Duration limit) {
        shutdown();
        try {
            if (!awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                getQueue().clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
