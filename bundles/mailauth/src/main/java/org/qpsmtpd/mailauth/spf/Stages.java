package org.qpsmtpd.mailauth.spf;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Goes on at once where the answer is already there, as it is when it comes out of a cache. */
final class Stages {
    private Stages() {}

    static <T, R> CompletionStage<R> then(
            CompletionStage<T> stage, Function<? super T, CompletionStage<R>> next) {
        T value = known(stage);
        return value == null ? stage.thenCompose(next) : next.apply(value);
    }

    /** What a stage has come to; null while it has not. */
    static <T> @Nullable T known(CompletionStage<T> stage) {
        return stage instanceof CompletableFuture<T> future
                        && future.isDone()
                        && !future.isCompletedExceptionally()
                ? future.join()
                : null;
    }

    static <T> CompletionStage<T> now(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
