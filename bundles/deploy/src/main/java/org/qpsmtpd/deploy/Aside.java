package org.qpsmtpd.deploy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Threads for what a bundle does, which may never end. */
final class Aside {
    private Aside() {}

    /** Does the work on a daemon thread of its own, as soon as the system gives one. */
    static void soon(String name, Runnable work) {
        try {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            thread.start();
        } catch (OutOfMemoryError e) {
            CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, Runnable::run)
                    .execute(() -> soon(name, work));
        }
    }
}
