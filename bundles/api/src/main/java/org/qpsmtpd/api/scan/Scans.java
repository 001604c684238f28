package org.qpsmtpd.api.scan;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;

/**
 * The scans of a plugin: what a message gets that was not scanned, and how many were. Safe for use
 * by several threads.
 *
 * <p>A message that the plugin is told to leave out, since it is too large, goes on. When a scanner
 * cannot tell, the setting {@code on_error} decides: {@code defer}, so that the client brings the
 * message again, or {@code skip}, so that it goes on.
 */
public final class Scans {
    private final OnError onError;
    private final String text;
    private final LongAdder scanned = new LongAdder();
    private final LongAdder tooLarge = new LongAdder();
    private final LongAdder late = new LongAdder();
    private final LongAdder away = new LongAdder();
    private final LongAdder failed = new LongAdder();

    private enum OnError {
        DEFER,
        SKIP
    }

    private Scans(OnError onError, String text) {
        this.onError = onError;
        this.text = text;
    }

    /**
     * None so far.
     *
     * @param onError what the setting {@code on_error} says
     * @param text what a client reads whose message is deferred
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    public static Scans of(String onError, String text) {
        return new Scans(Choice.of(OnError.class, "on_error", onError), text);
    }

    /**
     * Answers when a scanner has.
     *
     * @param stage fails when it could not tell
     * @param function makes the answer of what it found; throws a {@link PeerFailure} when that
     *     says that it could not tell
     */
    public <T> HookResult answer(
            CompletionStage<T> stage, Function<? super T, HookResult> function) {
        return HookResult.later(
                stage.handle((found, failure) -> new Outcome<>(found, failure)),
                outcome -> answer(outcome, function));
    }

    /** What a stage completed with. */
    private record Outcome<T>(@Nullable T found, @Nullable Throwable failure) {}

    private <T> HookResult answer(Outcome<T> outcome, Function<? super T, HookResult> function) {
        return outcome.found == null
                ? failed(PeerFailure.of(Objects.requireNonNull(outcome.failure, "a failure")))
                : answerNow(outcome.found, function);
    }

    /**
     * Answers now that a scanner has.
     *
     * @param function as above
     */
    public <T> HookResult answerNow(T found, Function<? super T, HookResult> function) {
        try {
            HookResult answer = function.apply(found);
            scanned.increment();
            return answer;
        } catch (PeerFailure e) {
            return failed(e);
        }
    }

    /** The answer for a message that is larger than the plugin's limit. */
    public HookResult tooLarge(long octets, long limit) {
        tooLarge.increment();
        return HookResult.skip(
                "not scanned: too large, " + octets + " octets where the limit is " + limit);
    }

    /** The answer for a message about which a scanner could not tell. */
    public HookResult failed(PeerFailure failure) {
        (switch (failure.kind()) {
                    case LATE -> late;
                    case AWAY, BUSY -> away;
                    case FAULT -> failed;
                })
                .increment();
        HookResult answer =
                onError == OnError.DEFER ? HookResult.denySoft(text) : HookResult.DECLINED;
        return answer.because("error: not scanned: " + failure.text());
    }

    /**
     * The figures, those of the plugin's own behind them.
     *
     * @param more such as {@link org.qpsmtpd.api.peer.Peer#figures}
     */
    public List<Figure> figures(List<Figure> more) {
        return Stream.concat(
                        Stream.of(
                                Figure.counter("scanned", scanned.sum()),
                                Figure.counter("not_scanned_too_large", tooLarge.sum()),
                                Figure.counter("not_scanned_late", late.sum()),
                                Figure.counter("not_scanned_away", away.sum()),
                                Figure.counter("not_scanned_error", failed.sum())),
                        more.stream())
                .toList();
    }
}
