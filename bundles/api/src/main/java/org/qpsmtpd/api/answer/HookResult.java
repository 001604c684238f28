package org.qpsmtpd.api.answer;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A plugin's answer. Immutable; two answers that say the same are equal.
 *
 * <p>The <em>text</em> is for the client, and may have several lines separated by LF. Text ending
 * in {@code (#C.S.D)} sets the enhanced status code of the reply. The <em>reason</em> is for the
 * log and the record of decisions: it begins with {@code pass}, {@code fail}, {@code fail,
 * tolerated}, {@code skip} or {@code error}, and the server writes it at INFO with the plugin's
 * name, so plugins need not.
 */
public final class HookResult {
    /** No opinion. */
    public static final HookResult DECLINED = new HookResult(Action.DECLINED, "");

    /** Yes, with the server's default text. */
    public static final HookResult OK = new HookResult(Action.OK, "");

    /** No, with the server's default text. */
    public static final HookResult DENY = new HookResult(Action.DENY, "");

    /** Not now, with the server's default text. */
    public static final HookResult DENYSOFT = new HookResult(Action.DENYSOFT, "");

    /**
     * No opinion on a client or a message that filters leave alone; {@code isImmune} says which.
     */
    public static final HookResult IMMUNE = skip("immune");

    /** No opinion on mail of the null sender, such as notices of failure. */
    public static final HookResult NULL_SENDER = skip("null sender");

    private final Action action;
    private final String text;
    private final String reason;
    private final int code;
    private final int karma;
    private final @Nullable Action naughty;
    private final @Nullable Later later;

    private HookResult(Action action, String text) {
        this(action, text, "", 0, 0, null, null);
    }

    private HookResult(
            Action action,
            String text,
            String reason,
            int code,
            int karma,
            @Nullable Action naughty,
            @Nullable Later later) {
        this.action = Objects.requireNonNull(action, "an answer has an action");
        this.text = Objects.requireNonNull(text, "an answer's text may be empty, but not null");
        this.reason = Objects.requireNonNull(reason, "a reason may be empty, but not null");
        this.code = code;
        this.karma = karma;
        this.naughty = naughty;
        this.later = later;
    }

    /**
     * An answer with a text for the client; an empty text means the server's default.
     *
     * @param action any but DONE, for which there is {@link #done}
     */
    public static HookResult of(Action action, String text) {
        if (action == Action.DONE) {
            throw new IllegalArgumentException("DONE needs a reply: use done(code, text)");
        }
        return new HookResult(action, text);
    }

    /**
     * The plugin has done what was to be done: the client gets this reply, and the server does
     * nothing more about the command; a message is not queued. In hooks whose answer is no reply to
     * a command, it counts as DECLINED that ends the asking.
     *
     * @param code 200 to 299 or 400 to 599
     * @param text not empty
     */
    public static HookResult done(int code, String text) {
        if (code < 200 || code > 599 || code / 100 == 3) {
            throw new IllegalArgumentException("reply code " + code);
        }
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a reply without text");
        }
        return new HookResult(Action.DONE, text, "", code, 0, null, null);
    }

    /** Yes, with this text. */
    public static HookResult ok(String text) {
        return of(Action.OK, text);
    }

    /** No, for good, with this text. */
    public static HookResult deny(String text) {
        return of(Action.DENY, text);
    }

    /**
     * No, for good.
     *
     * @param text what the client reads
     * @param detail what the log says after {@code fail: }
     */
    public static HookResult deny(String text, String detail) {
        return deny(text).because("fail: " + detail);
    }

    /** Not now, with this text. */
    public static HookResult denySoft(String text) {
        return of(Action.DENYSOFT, text);
    }

    /**
     * Not now.
     *
     * @param text what the client reads
     * @param detail what the log says after {@code fail: }
     */
    public static HookResult denySoft(String text, String detail) {
        return denySoft(text).because("fail: " + detail);
    }

    /** No, with this text, and the connection is closed. */
    public static HookResult denyDisconnect(String text) {
        return of(Action.DENY_DISCONNECT, text);
    }

    /** Not now, with this text, and the connection is closed. */
    public static HookResult denySoftDisconnect(String text) {
        return of(Action.DENYSOFT_DISCONNECT, text);
    }

    /** No opinion; the log says {@code pass: DETAIL}. */
    public static HookResult pass(String detail) {
        return DECLINED.because("pass: " + detail);
    }

    /** No opinion since the test did not apply; the log says {@code skip: DETAIL}. */
    public static HookResult skip(String detail) {
        return DECLINED.because("skip: " + detail);
    }

    /**
     * No opinion now, but the connection is marked for the plugin naughty, which refuses in the
     * phase it is configured for. A mark that is already there is extended.
     *
     * @param type how to refuse then; DECLINED leaves that to the plugin naughty
     * @param text what the client will read then
     */
    public static HookResult naughty(Action type, String text) {
        if (!type.refuses() && type != Action.DECLINED) {
            throw new IllegalArgumentException(type + " does not refuse");
        }
        return new HookResult(Action.DECLINED, text, "", 0, 0, type, null);
    }

    /**
     * The answer comes later, without holding a thread meanwhile: when the stage completes, from
     * any thread, the server has the function make the answer. The function runs as a part of the
     * call, with the plugin's name in the log: on the connection's own thread when the hook is
     * marked {@link org.qpsmtpd.api.hook.NonBlocking}, on a child otherwise; never after the call
     * was given up. A stage that fails counts as a failure of the plugin; the server stops waiting
     * at the hook's deadline. An answer that comes later itself is followed, sixteen times at most;
     * null is no answer, and counts as a failure of the plugin. A reason, a reply code and karma
     * given here hold for an answer without its own.
     *
     * <p>Code that logs while it works at the stage should run on {@link
     * org.qpsmtpd.api.session.Connection#carrying}, so that its lines are known as the call's.
     */
    public static <T> HookResult later(
            CompletionStage<T> stage, Function<? super T, HookResult> function) {
        return later(Later.of(stage, null, DECLINED, function));
    }

    /**
     * The same with a limit of the plugin's own, which the deadline of the hook bounds.
     *
     * @param limit how long the stage is waited for
     * @param otherwise the answer when it has not completed by then; the function is never called
     */
    public static <T> HookResult later(
            CompletionStage<T> stage,
            Duration limit,
            HookResult otherwise,
            Function<? super T, HookResult> function) {
        Objects.requireNonNull(limit, "a limit is a time");
        return later(Later.of(stage, limit, otherwise, function));
    }

    /** The same for a stage that brings the answer itself, made by whoever completes it. */
    public static HookResult later(CompletionStage<HookResult> stage) {
        return later(Later.answers(stage));
    }

    /**
     * The rest of the call may wait, and so is done on a child, as the function of {@link #later}
     * is: for a hook marked {@link org.qpsmtpd.api.hook.NonBlocking} that seldom has to wait.
     */
    public static HookResult onChild(Supplier<HookResult> rest) {
        return later(Later.onChild(rest));
    }

    private static HookResult later(Later later) {
        return new HookResult(Action.DECLINED, "", "", 0, 0, null, later);
    }

    /** The same answer with a reason for the log. */
    public HookResult because(String newReason) {
        return new HookResult(action, text, newReason, code, karma, naughty, later);
    }

    /**
     * The same answer with a reply code of its own instead of the hook's.
     *
     * @param newCode 200 to 599; for a refusal its first digit must say the same as the action, 5
     *     for good and 4 for temporary
     */
    public HookResult withCode(int newCode) {
        boolean fits =
                action.refuses()
                        ? newCode / 100 == (action.isTemporary() ? 4 : 5)
                        : newCode >= 200 && newCode <= 599;
        if (!fits) {
            throw new IllegalArgumentException("reply code " + newCode + " with " + action);
        }
        return new HookResult(action, text, reason, newCode, karma, naughty, later);
    }

    /**
     * The same answer, with which the server changes the connection's karma, as {@link
     * org.qpsmtpd.api.session.Connection#adjustKarma} does.
     *
     * @param by positive for good signs, negative for bad ones; replaces what was given before
     */
    public HookResult withKarma(int by) {
        return new HookResult(action, text, reason, code, by, naughty, later);
    }

    /** What is answered; DECLINED while {@link #pending()} is set. */
    public Action action() {
        return action;
    }

    /** Text for the client; empty for the server's default. */
    public String text() {
        return text;
    }

    /** Reason for the log; empty when the plugin has nothing to say. */
    public String reason() {
        return reason;
    }

    /** Reply code instead of the hook's own; 0 for none. */
    public int code() {
        return code;
    }

    /** By how much the server changes the connection's karma; 0 for not at all. */
    public int karma() {
        return karma;
    }

    /** How to refuse later, when the refusal is left to the plugin naughty. */
    public Optional<Action> naughtyType() {
        return Optional.ofNullable(naughty);
    }

    /** The answer to come; absent when this is the answer. */
    public Optional<Later> pending() {
        return Optional.ofNullable(later);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HookResult that
                && action == that.action
                && code == that.code
                && karma == that.karma
                && naughty == that.naughty
                && later == that.later
                && text.equals(that.text)
                && reason.equals(that.reason);
    }

    @Override
    public int hashCode() {
        return Objects.hash(action, text, reason, code, karma, naughty);
    }

    @Override
    public String toString() {
        if (later != null) {
            return "later";
        }
        String shown =
                action + (code == 0 ? "" : " " + code) + (text.isEmpty() ? "" : " '" + text + "'");
        return shown
                + (naughty == null ? "" : " naughty " + naughty)
                + (karma == 0 ? "" : " karma " + karma)
                + (reason.isEmpty() ? "" : " because " + reason);
    }

    /** An answer that comes later, as {@link #later} was told. */
    public static final class Later {
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
            return new Later(
                    stage, (Function<Object, HookResult>) function, limit, otherwise, false);
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

        /**
         * The plugin's code that makes the answer; absent when the stage brings the answer itself.
         */
        public Optional<Function<Object, HookResult>> function() {
            return Optional.ofNullable(function);
        }

        /** Whether the function may wait, although the hook is marked as one that never does. */
        public boolean mayWait() {
            return mayWait;
        }

        /** The answer without a server, for tests: functions run wherever their stages complete. */
        public CompletionStage<HookResult> answer() {
            return stage.thenApply(function == null ? HookResult.class::cast : function)
                    .thenCompose(Later::last);
        }

        private static CompletionStage<HookResult> last(HookResult said) {
            Later more = said.later;
            return more == null ? CompletableFuture.completedFuture(said) : more.answer();
        }
    }
}
