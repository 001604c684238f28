package org.qpsmtpd.deploy;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other threads bring about. */
final class Await {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration STEP = Duration.ofMillis(10);

    private Await() {}

    /** Returns when the condition holds. */
    static void until(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it did not happen that " + what);
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
    }
}
