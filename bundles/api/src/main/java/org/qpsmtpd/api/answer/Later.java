package org.qpsmtpd.api.answer;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An answer that comes later, as {@link HookResult#later} was told. */
public final class Later {
    private final CompletionStage<?> stage;
    private final @Nullable Function<Object, HookResult> function;
    private final @Nullable Duration limit;
    private final HookResult otherwise;
    private final boolean mayWait;

    private Later(
            CompletionStage<?> stage,
            @Nullable Function<Object, HookResult> function,
            @Nullable Duration limit,
            HookResult otherwise,
            boolean mayWait) {
        this.stage = Objects.requireNonNull(stage, "an answer that comes later needs a stage");
        this.function = function;
        this.limit = limit;
        this.otherwise = otherwise;
        this.mayWait = mayWait;
    }

    static Later onChild(Supplier<HookResult> rest) {
        CompletionStage<Object> there = CompletableFuture.completedFuture(rest);
        return new Later(there, any -> rest.get(), null, HookResult.DECLINED, true);
    }

    static Later answers(CompletionStage<HookResult> stage) {
        return new Later(stage, null, null, HookResult.DECLINED, false);
    }

    @SuppressWarnings(
            "unchecked") // the function gets what the stage of the same type completes with
    static <T> Later of(
            CompletionStage<T> stage,
            @Nullable Duration limit,
            HookResult otherwise,
            Function<? super T, HookResult> function) {
        Objects.requireNonNull(function, "an answer that comes later needs a function");
        Objects.requireNonNull(otherwise, "an answer in the place of a late one is not null");
        return new Later(stage, (Function<Object, HookResult>) function, limit, otherwise, false);
    }

    /** What is waited for. */
    public CompletionStage<?> stage() {
        return stage;
    }

    /** How long at most; absent for the deadline of the hook. */
    public Optional<Duration> limit() {
        return Optional.ofNullable(limit);
    }

    /** The answer when the limit is over. */
    public HookResult otherwise() {
        return otherwise;
    }

    /** The plugin's code that makes the answer; absent when the stage brings the answer itself. */
    public Optional<Function<Object, HookResult>> function() {
        return Optional.ofNullable(function);
    }

    /** Whether the function may wait, although the hook is marked as one that never does. */
    public boolean mayWait() {
        return mayWait;
    }

    /**
     * The answer without a server: the function runs wherever the stage completes, and an answer
     * that comes later itself is followed. For tests.
     */
    public CompletionStage<HookResult> answer() {
        return stage.thenApply(
                        value -> function == null ? (HookResult) value : function.apply(value))
                .thenCompose(Later::last);
    }

    private static CompletionStage<HookResult> last(HookResult said) {
        return said.pending()
                .map(Later::answer)
                .orElseGet(() -> CompletableFuture.completedFuture(said));
    }
}
