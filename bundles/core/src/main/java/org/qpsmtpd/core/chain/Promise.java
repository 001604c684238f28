package org.qpsmtpd.core.chain;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.answer.HookResult.Later;

/**
 * A call that has answered that its answer comes later, and the stage it waits for.
 *
 * @param call the call
 * @param began when the plugin was asked
 * @param said what was said with the promise
 * @param number how many promises of the call there have been, this one included
 */
record Promise(HookCall call, long began, HookResult said, int number) {
    /** How often an answer may be that the answer comes later. */
    static final int MOST = 16;

    /** More than any deadline. */
    private static final Duration LONGEST = Duration.ofDays(1);

    /**
     * How a stage ended.
     *
     * @param late whether the plugin's own limit was over first
     */
    record End(@Nullable Object value, @Nullable Throwable failure, boolean late) {
        private static final End LATE = new End(null, null, true);
    }

    Later later() {
        return said.pending().orElseThrow();
    }

    /**
     * Waits for the stage, which is the plugin's, and may throw at that.
     *
     * @param loop keeps the time
     */
    void await(ScheduledExecutorService loop, Consumer<End> then) {
        CompletableFuture<End> first = new CompletableFuture<>();
        try {
            later().stage()
                    .whenComplete(
                            (value, failure) -> first.complete(new End(value, failure, false)));
        } catch (Throwable e) { // whatever the plugin's stage throws
            first.complete(new End(null, e, false));
        }
        later().limit()
                .ifPresent(limit -> TimeLeft.bound(first, End.LATE, limitMillis(limit), loop));
        var unused = first.thenAccept(then);
    }

    private static long limitMillis(Duration limit) {
        return limit.compareTo(LONGEST) < 0 ? limit.toMillis() : LONGEST.toMillis();
    }

    /** What was said with the promise holds for an answer that says nothing of that itself. */
    HookResult kept(HookResult answer) {
        HookResult reasoned = answer.reason().isEmpty() ? answer.because(said.reason()) : answer;
        boolean coded = reasoned.code() == 0 && said.code() != 0;
        HookResult whole = coded ? reasoned.withCode(said.code()) : reasoned;
        return whole.karma() == 0 && said.karma() != 0 ? whole.withKarma(said.karma()) : whole;
    }
}
