package org.qpsmtpd.plugin.auth.authdovecot;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.SaslContext;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslStep;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Line;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.PeerFailure;

/** One attempt of a client, which Dovecot judges. It has a connection until it is over. */
final class DovecotExchange implements SaslExchange {
    private static final int MOST_KEPT = 3;

    private final Backend backend;
    private final String mechanism;
    private final SaslContext context;
    private final String id;
    private @Nullable Line<Set<String>> line;
    private boolean isOwed;
    private boolean isOver;

    DovecotExchange(Backend backend, String mechanism, SaslContext context) {
        this.backend = backend;
        this.mechanism = mechanism;
        this.context = context;
        this.id = backend.nextId();
    }

    @Override
    public CompletionStage<SaslStep> start() {
        return begin(Request.begin(id, mechanism, context.connection(), backend.penalty()));
    }

    @Override
    public CompletionStage<SaslStep> respond(byte[] response) {
        Line<Set<String>> held = held();
        byte[] request =
                held == null
                        ? Request.begin(
                                id, mechanism, context.connection(), backend.penalty(), response)
                        : Request.next(id, response);
        if (request.length > Request.LONGEST) {
            Arrays.fill(request, (byte) 0);
            return CompletableFuture.completedFuture(
                    SaslStep.failure("", "fail: a response longer than Dovecot takes"));
        }
        return held == null ? begin(request) : settled(ask(held, request), request);
    }

    private synchronized @Nullable Line<Set<String>> held() {
        return line;
    }

    private CompletionStage<SaslStep> begin(byte[] request) {
        return settled(begin(request, MOST_KEPT), request);
    }

    /** On a connection that was kept, which may have ended unnoticed, once more. */
    private CompletionStage<Reply> begin(byte[] request, int tries) {
        return backend.hold()
                .thenCompose(
                        held -> {
                            keep(held);
                            return ask(held, request)
                                    .handle(
                                            (reply, failed) ->
                                                    again(held, request, tries, reply, failed))
                                    .thenCompose(Function.identity());
                        });
    }

    private CompletionStage<Reply> again(
            Line<Set<String>> held,
            byte[] request,
            int tries,
            @Nullable Reply reply,
            @Nullable Throwable failed) {
        if (reply != null) {
            return CompletableFuture.completedFuture(reply);
        }
        PeerFailure why = PeerFailure.of(failed == null ? new IllegalStateException() : failed);
        boolean mayBeOld = held.isKept() && why.kind() == PeerFailure.Kind.AWAY && tries > 1;
        return mayBeOld ? begin(request, tries - 1) : CompletableFuture.failedFuture(why);
    }

    private synchronized void keep(Line<Set<String>> held) {
        if (isOver) {
            held.close();
            throw new PeerFailure(PeerFailure.Kind.AWAY, "the client has gone");
        }
        line = held;
    }

    private CompletionStage<Reply> ask(Line<Set<String>> held, byte[] request) {
        mark(true);
        return held.ask(
                Exchange.of(Outgoing.of(request), () -> new ReplyReader(id)), backend.limit());
    }

    private CompletionStage<SaslStep> settled(CompletionStage<Reply> asked, byte[] request) {
        return asked.thenApply(this::step)
                .exceptionally(
                        failed -> SaslStep.deferred("", "error: " + PeerFailure.of(failed).text()))
                .whenComplete((step, failed) -> Arrays.fill(request, (byte) 0));
    }

    private SaslStep step(Reply reply) {
        mark(reply.kind() == Reply.Kind.CONTINUE);
        return switch (reply.kind()) {
            case CONTINUE -> SaslStep.challenge(reply.octets());
            case OK -> succeeded(reply);
            case FAILED -> SaslStep.failure(reply.user(), reason("fail: Dovecot refuses", reply));
            case DEFERRED ->
                    SaslStep.deferred(reply.user(), reason("error: Dovecot cannot tell", reply));
        };
    }

    private synchronized void mark(boolean nowOwed) {
        isOwed = nowOwed;
    }

    private static SaslStep succeeded(Reply reply) {
        if (reply.user().isEmpty()) {
            return SaslStep.deferred("", "error: Dovecot does not say who it is");
        }
        SaslStep success = SaslStep.success(reply.user());
        return reply.octets().length == 0 ? success : success.withOctets(reply.octets());
    }

    private static String reason(String what, Reply reply) {
        return reply.reason().isEmpty() ? what : what + ": " + reply.reason();
    }

    /** Gives the connection back, unless Dovecot or the client still owes an answer on it. */
    @Override
    public synchronized void end() {
        isOver = true;
        Line<Set<String>> held = line;
        line = null;
        if (held == null) {
            return;
        }
        if (isOwed) {
            held.close();
        } else {
            held.release();
        }
    }
}
