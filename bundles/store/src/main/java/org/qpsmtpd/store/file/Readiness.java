package org.qpsmtpd.store.file;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.StoreFailure;

/**
 * Whether the stores of a server can be used. The first call has the file read; calls that come
 * while it is read wait for that without a thread, for two seconds at most.
 */
final class Readiness {
    private static final int MOST_WAITING = 10_000;
    private static final long LONGEST_WAIT_MILLIS = 2_000;

    private final Runnable begin;
    private final AtomicInteger waiting = new AtomicInteger();
    private final CompletableFuture<Boolean> isRead = new CompletableFuture<>();
    private volatile boolean isReady;
    private volatile boolean isBegun;
    private volatile @Nullable String failure;

    /**
     * @param begin called once, at the first call of a store; must not wait
     */
    Readiness(Runnable begin) {
        this.begin = begin;
    }

    /** Answers a call now, or as soon as the file has been read. */
    <T extends @Nullable Object> CompletionStage<T> answer(Supplier<T> call) {
        if (isReady) {
            return now(call);
        }
        if (!isBegun) {
            beginOnce();
        }
        String reason = failure;
        if (reason != null) {
            return CompletableFuture.failedFuture(new StoreFailure(reason, null));
        }
        return whenRead(call);
    }

    private <T extends @Nullable Object> CompletionStage<T> whenRead(Supplier<T> call) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.failedFuture(
                    new StoreFailure("too many calls wait for the stores to be read", null));
        }
        CompletableFuture<Boolean> turn = isRead.copy();
        turn.completeOnTimeout(false, LONGEST_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        CompletableFuture<T> answer = new CompletableFuture<>();
        var unused =
                turn.thenAccept(
                        read -> {
                            waiting.decrementAndGet();
                            if (read) {
                                complete(answer, call);
                            } else {
                                answer.completeExceptionally(new StoreFailure(unread(), null));
                            }
                        });
        return answer;
    }

    private String unread() {
        String reason = failure;
        return reason == null ? "the file of the stores has not been read yet" : reason;
    }

    private static <T extends @Nullable Object> CompletionStage<T> now(Supplier<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        complete(answer, call);
        return answer;
    }

    /** With the exception itself, where there is one, and not with another around it. */
    private static <T extends @Nullable Object> void complete(
            CompletableFuture<T> answer, Supplier<T> call) {
        try {
            answer.complete(call.get());
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    private synchronized void beginOnce() {
        if (!isBegun) {
            begin.run();
            isBegun = true;
        }
    }

    /** Calls are answered from now on. */
    void ready() {
        failure = null;
        isReady = true;
        isRead.complete(true);
    }

    /**
     * Calls fail from now on, unless they can be answered already; a later {@link #ready} mends it.
     */
    void failing(String reason) {
        failure = reason;
    }

    /** No call is answered any more. */
    void close(String reason) {
        failure = reason;
        isBegun = true;
        isReady = false;
        isRead.complete(false);
    }
}
