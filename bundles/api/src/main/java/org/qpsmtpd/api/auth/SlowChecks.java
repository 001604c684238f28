package org.qpsmtpd.api.auth;

import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Connection;

/**
 * Threads of a plugin's own for checks that wait, such as for a program or a directory, so that
 * none of them holds a child. There are at most as many at a time as the plugin says, and thirty
 * times as many may wait for one; a further one is deferred at once. Threads end when they have
 * nothing to do. A plugin has one in a field and closes it. Safe for use by several threads.
 */
public final class SlowChecks implements AutoCloseable {
    private static final int WAITING_FOR_EACH = 30;
    private static final int IDLE_SECONDS = 10;

    private final ThreadPoolExecutor threads;
    private final Set<Waiting> open = ConcurrentHashMap.newKeySet();

    /** Looks at what a client gave. */
    @FunctionalInterface
    public interface Check {
        /**
         * Answers; may wait, for a bounded time.
         *
         * @throws InterruptedException when it is to give up
         */
        HookResult check() throws InterruptedException;
    }

    /**
     * Starts no thread yet.
     *
     * @param name of the threads; the plugin's
     * @param atOnce checks at a time, at least 1
     */
    public SlowChecks(String name, int atOnce) {
        threads =
                new ThreadPoolExecutor(
                        atOnce,
                        atOnce,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(atOnce * WAITING_FOR_EACH),
                        work -> {
                            Thread thread = new Thread(work, name);
                            thread.setDaemon(true);
                            return thread;
                        });
        threads.allowCoreThreadTimeOut(true);
    }

    /** An answer that is to come. */
    private static final class Waiting {
        private final CompletableFuture<HookResult> answer = new CompletableFuture<>();

        void giveUp() {
            answer.complete(HookResult.DENYSOFT.because("error: the check was given up"));
        }

        void complete(Check check) {
            try {
                answer.complete(check.check());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                giveUp();
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }
    }

    /** The answer of a check, which comes later; DENYSOFT when too many wait. */
    public HookResult answer(Connection connection, Check check) {
        Waiting waiting = new Waiting();
        open.add(waiting);
        var unused = waiting.answer.whenComplete((said, failure) -> open.remove(waiting));
        try {
            connection.carrying(threads).execute(() -> waiting.complete(check));
        } catch (RejectedExecutionException e) {
            open.remove(waiting);
            return HookResult.DENYSOFT.because("error: too many checks wait, or the plugin goes");
        }
        if (threads.isShutdown()) {
            waiting.giveUp();
        }
        return HookResult.later(waiting.answer);
    }

    /** Ends the checks that run; those that wait are given up, and deferred. */
    @Override
    public void close() {
        threads.shutdownNow();
        open.forEach(Waiting::giveUp);
    }
}
