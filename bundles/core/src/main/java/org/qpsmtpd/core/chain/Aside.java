package org.qpsmtpd.core.chain;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Threads for single pieces of work that nobody waits for without a limit. */
public final class Aside {
    private Aside() {}

    /**
     * Begins the work on a thread of its own.
     *
     * @throws OutOfMemoryError when the system gives no thread
     */
    static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** The same, but as soon as there is a thread for it. */
    public static void soon(String name, Runnable work) {
        try {
            start(name, work);
        } catch (OutOfMemoryError e) {
            later(name, work);
        }
    }

    /** The same in a second. */
    public static void later(String name, Runnable work) {
        CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, Runnable::run)
                .execute(() -> soon(name, work));
    }
}
