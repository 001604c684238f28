package org.qpsmtpd.plugin.auth.authimap;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Line;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.PeerFailure;

/** One login on a connection of its own, within one time. */
final class Attempt {
    private static final String STARTTLS = "a1";
    private static final String CAPABILITY = "a2";
    private static final String LOGIN = "a3";
    private static final byte[] LOGOUT = "a4 LOGOUT\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Line<Reply> line;
    private final @Nullable SSLContext starttls;
    private final Credentials credentials;
    private final long due;

    /**
     * @param starttls null where the connection is as it is to be
     * @param due by {@link System#nanoTime}
     */
    Attempt(Line<Reply> line, @Nullable SSLContext starttls, Credentials credentials, long due) {
        this.line = line;
        this.starttls = starttls;
        this.credentials = credentials;
        this.due = due;
    }

    /** How a server greets. */
    static Exchange<Reply> greeting() {
        return exchange("", new byte[0]);
    }

    private static Exchange<Reply> exchange(String tag, byte[] question) {
        return Exchange.of(Outgoing.of(question), () -> new ReplyReader(tag));
    }

    /** What the server says to name and password. */
    CompletionStage<Reply> login() {
        if (!line.greeting().isOk()) {
            return failed(line.greeting().failure("nothing yet"));
        }
        return encrypted()
                .thenCompose(nothing -> command(CAPABILITY, "CAPABILITY"))
                .thenCompose(this::login)
                .whenComplete((reply, failure) -> line.tell(LOGOUT));
    }

    private static <T> CompletionStage<T> failed(PeerFailure failure) {
        return CompletableFuture.failedStage(failure);
    }

    private CompletionStage<Void> encrypted() {
        SSLContext context = starttls;
        return context == null
                ? CompletableFuture.completedStage(null)
                : command(STARTTLS, "STARTTLS")
                        .thenCompose(nothing -> line.encrypt(context, left()));
    }

    private CompletionStage<Reply> command(String tag, String text) {
        byte[] octets = (tag + " " + text + "\r\n").getBytes(StandardCharsets.US_ASCII);
        return ask(tag, octets)
                .thenCompose(
                        reply ->
                                reply.isOk()
                                        ? CompletableFuture.completedStage(reply)
                                        : failed(reply.failure(text)));
    }

    private CompletionStage<Reply> ask(String tag, byte[] octets) {
        return line.ask(exchange(tag, octets), left());
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(1, due - System.nanoTime()));
    }

    private CompletionStage<Reply> login(Reply said) {
        return LoginCommand.of(
                        LOGIN, said.capabilities(), credentials.user(), credentials.password())
                .map(this::give)
                .orElseGet(
                        () ->
                                failed(
                                        new PeerFailure(
                                                PeerFailure.Kind.FAULT,
                                                "the IMAP server takes neither AUTHENTICATE PLAIN"
                                                        + " nor LOGIN on such a connection")));
    }

    private CompletionStage<Reply> give(LoginCommand command) {
        return give(command, 0).whenComplete((reply, failure) -> command.wipe());
    }

    private CompletionStage<Reply> give(LoginCommand command, int part) {
        boolean isLast = part == command.parts().size() - 1;
        return ask(LOGIN, command.parts().get(part))
                .thenCompose(
                        reply -> {
                            if (reply.wantsMore()) {
                                return isLast
                                        ? failed(reply.failure(command.name()))
                                        : give(command, part + 1);
                            }
                            return reply.isRefusal() || (reply.isOk() && isLast)
                                    ? CompletableFuture.completedStage(reply)
                                    : failed(reply.failure(command.name()));
                        });
    }
}
