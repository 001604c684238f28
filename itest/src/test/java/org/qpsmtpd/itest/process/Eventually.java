package org.qpsmtpd.itest.process;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.qpsmtpd.itest.Waiting;

/** Asks again and again for what another process or thread brings about, and says nothing of. */
public final class Eventually {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private Eventually() {}

    /** A condition that looks at files. */
    @FunctionalInterface
    public interface Condition {
        /** Whether it holds now. */
        boolean holds() throws Exception;
    }

    /**
     * Returns as soon as the condition holds.
     *
     * @param what the condition in words, for the failure
     * @throws AssertionError when it does not hold within {@link Waiting#LIMIT}
     */
    public static void holds(String what, Condition condition) {
        get(what, condition::holds, held -> held);
    }

    /**
     * Returns the first value that is as wanted.
     *
     * @param what the value wanted in words, for the failure
     * @throws AssertionError when there is none within {@link Waiting#LIMIT}; it tells the last one
     */
    public static <T> T get(String what, Callable<T> source, Predicate<T> wanted) {
        long deadline = System.nanoTime() + Waiting.LIMIT.toNanos();
        T value = ask(source);
        while (!wanted.test(value)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("never came: " + what + "; the last was:\n" + value);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
            value = ask(source);
        }
        return value;
    }

    private static <T> T ask(Callable<T> source) {
        try {
            return source.call();
        } catch (Exception e) { // a Callable declares no narrower one
            throw new AssertionError(e);
        }
    }
}
