package org.qpsmtpd.core.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.auth.SaslStep;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.log.LogText;

/** One authentication: challenges and responses, until it has come to an end. */
final class AuthExchange {
    private static final int MOST_ROUNDS = 16;

    /** Most time for all of it, and for one step of ours. */
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(300);

    private static final long STEP_SECONDS = 100;

    private final Turn turn;
    private final Talk talk;
    private final SaslMechanism mechanism;
    private final AuthQuestions questions;
    private final AuthReplies replies;
    private final Runnable ended;
    private final long began = System.nanoTime();
    private @Nullable SaslExchange exchange;
    private @Nullable SaslStep proved;
    private @Nullable CompletableFuture<SaslStep> awaited;
    private int rounds;
    private boolean over;

    /**
     * @param offered which mechanisms the client was offered
     * @param ended runs when what the client sends is no response any more
     */
    AuthExchange(
            Turn turn,
            SaslMechanism mechanism,
            Predicate<String> offered,
            AuthReplies replies,
            Runnable ended) {
        this.turn = turn;
        this.mechanism = mechanism;
        this.replies = replies;
        this.ended = ended;
        talk = turn.talk();
        questions = new AuthQuestions(turn, mechanism.name(), offered);
    }

    /**
     * Begins.
     *
     * @param initial the initial response as it was sent; empty without one
     */
    void begin(String initial) {
        byte[] response = decode(initial);
        if (response == null) {
            refuse(Replies.AUTH_MALFORMED);
            return;
        }
        questions.permit(
                "",
                refusal -> finish(SaslStep.of("", refusal)),
                () -> {
                    SaslExchange begun = call(() -> mechanism.begin(questions));
                    exchange = begun;
                    if (begun != null && initial.isEmpty()) {
                        follow(begun::start);
                    } else if (begun != null) {
                        respond(begun, response);
                    }
                });
    }

    /** The client's next line. */
    void response(String line) {
        byte[] response = line.equals("*") ? null : decode(line);
        SaslExchange current = exchange;
        if (response == null || current == null) {
            refuse(line.equals("*") ? Replies.AUTH_CANCELED : Replies.AUTH_MALFORMED);
            return;
        }
        SaslStep success = proved;
        if (success != null) {
            finish(response.length == 0 ? success : SaslStep.malformed("words after the end"));
            return;
        }
        rounds++;
        if (rounds > MOST_ROUNDS || System.nanoTime() - began > MOST_NANOS) {
            finish(SaslStep.malformed("no end of it"));
            return;
        }
        respond(current, response);
    }

    private void respond(SaslExchange current, byte[] response) {
        follow(
                () ->
                        current.respond(response)
                                .whenComplete((step, failure) -> Arrays.fill(response, (byte) 0)));
    }

    /** A sole {@code =} is an empty response: an initial one by RFC 4954, and curl's later ones. */
    private static byte @Nullable [] decode(String line) {
        if (line.equals("=")) {
            return new byte[0];
        }
        try {
            return Base64.getDecoder().decode(line.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private <T> @Nullable T call(Supplier<T> code) {
        try {
            return code.get();
        } catch (RuntimeException | Error e) { // of a plugin: the session goes on
            talk.log(LogLevel.CRIT, "mechanism " + mechanism.name() + ": " + LogText.withPlace(e));
            finish(SaslStep.deferred(questions.user(), "the mechanism failed"));
            return null;
        }
    }

    private void follow(Supplier<CompletionStage<SaslStep>> step) {
        turn.await();
        CompletableFuture<SaslStep> answer = new CompletableFuture<>();
        awaited = answer;
        CompletionStage<SaslStep> stage = call(step);
        if (stage == null) {
            turn.goOn(() -> {});
            return;
        }
        var unused =
                stage.whenComplete(
                        (said, failure) -> {
                            if (failure == null) {
                                answer.complete(said);
                            } else {
                                answer.completeExceptionally(failure);
                            }
                        });
        var unusedToo =
                answer.orTimeout(STEP_SECONDS, TimeUnit.SECONDS)
                        .whenCompleteAsync(
                                (said, failure) -> turn.goOn(() -> take(said, failure)),
                                turn.loop());
    }

    private void take(@Nullable SaslStep step, @Nullable Throwable failure) {
        awaited = null;
        if (over || talk.isGone()) {
            end();
        } else if (step == null) {
            Throwable cause = failure == null ? null : failure.getCause();
            Throwable why = cause == null ? failure : cause;
            String reason = why == null ? "no step" : LogText.of(why);
            finish(SaslStep.deferred(questions.user(), reason));
        } else if (step.kind() == SaslStep.Kind.CHALLENGE) {
            challenge(step.octets());
        } else if (step.kind() == SaslStep.Kind.SUCCESS && step.octets().length > 0) {
            proved = step;
            challenge(step.octets());
        } else {
            finish(step);
        }
    }

    private void challenge(byte[] octets) {
        talk.reply(Reply.plain(334, Base64.getEncoder().encodeToString(octets)));
    }

    /** Ends it with a reply that tells nothing about a user. */
    void refuse(Reply reply) {
        end();
        talk.reply(reply);
    }

    private void finish(SaslStep step) {
        String user = step.user().isEmpty() ? questions.user() : step.user();
        end();
        replies.tell(mechanism.name(), user, step);
    }

    /** The client has gone. */
    void abandon() {
        CompletableFuture<SaslStep> waiting = awaited;
        end();
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    private void end() {
        if (over) {
            return;
        }
        over = true;
        questions.wipe();
        SaslExchange current = exchange;
        if (current != null) {
            try {
                current.end();
            } catch (RuntimeException e) { // of a plugin: the session goes on
                talk.log(
                        LogLevel.CRIT,
                        "mechanism " + mechanism.name() + ": " + LogText.withPlace(e));
            }
        }
        ended.run();
    }
}
