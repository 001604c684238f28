package org.qpsmtpd.plugin.milter;

import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.scan.Scans;

/**
 * What hooks answer to what a filter says, or fails to say.
 *
 * @param name of the filter
 * @param defers whether a command is deferred about which the filter was not asked
 */
record Answers(String name, Scans scans, boolean defers) {
    private static final String LATER =
            "The mail filter is not available, try again later (#4.7.1)";

    /**
     * Those of one filter.
     *
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    static Answers of(String name, String onError) {
        return new Answers(name, Scans.of(onError, LATER), onError.equalsIgnoreCase("defer"));
    }

    /** The answer to what it is going to say. */
    HookResult to(CompletionStage<Ruling> told) {
        return later(
                told, (ruling, failure) -> ruling == null ? failed(failure) : ruling.answer(name));
    }

    /** The same, but the client does not read it: it is told at HELO. */
    HookResult silent(CompletionStage<Ruling> told) {
        return later(told, this::reasonOnly);
    }

    private HookResult reasonOnly(@Nullable Ruling ruling, @Nullable PeerFailure failure) {
        HookResult later = ruling == null ? failed(failure) : ruling.answer(name);
        return HookResult.DECLINED.because(later.reason());
    }

    private static HookResult later(
            CompletionStage<Ruling> told,
            BiFunction<@Nullable Ruling, @Nullable PeerFailure, HookResult> function) {
        return HookResult.later(
                told.handle(
                        (ruling, failure) ->
                                function.apply(
                                        ruling, failure == null ? null : PeerFailure.of(failure))));
    }

    HookResult failed(@Nullable PeerFailure failure) {
        return scans.failed(Objects.requireNonNull(failure, "a failure"));
    }

    /** The answer that needs no question; null when the filter is to be asked. */
    @Nullable HookResult known(Dialogue dialogue) {
        Ruling ofConnection = dialogue.ofConnection();
        if (ofConnection != null) {
            return again(ofConnection);
        }
        if (dialogue.ofMessage() != null) {
            return HookResult.DECLINED;
        }
        return dialogue.failure() == null ? null : unasked();
    }

    /** The answer to what was said before, of the connection. */
    HookResult again(Ruling ruling) {
        return ruling.does() == Ruling.Does.ACCEPT ? HookResult.DECLINED : ruling.answer(name);
    }

    /** The answer to what comes behind a failure. */
    HookResult unasked() {
        return defers ? HookResult.denySoft(LATER) : HookResult.skip(name + " is not available");
    }
}
