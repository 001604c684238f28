package org.qpsmtpd.plugin.milter;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;
import org.qpsmtpd.api.session.MessageBody;

/**
 * What is said with a filter about one client. One hook at a time uses it; the end of the
 * connection may come while an answer is waited for.
 */
final class Dialogue {
    private static final Exchange<Terms> GREETING = Greeting.exchange();
    private static final byte[] ABORT = Packet.of('A').octets();
    private static final byte[] QUIT = Packet.of('Q').octets();

    /** The client has gone, and another comes. */
    private static final byte[] NEXT = Packet.of('K').octets();

    private final Peer peer;
    private final Limits limits;
    private final boolean keeps;

    private volatile @Nullable Talk talk;
    private volatile boolean isWaiting;
    private volatile boolean isOver;
    private volatile boolean isInMessage;
    private volatile boolean isGreeted;

    /** Whether a message was over last, as libmilter wants it before it takes another client. */
    private volatile boolean isBehindMessage;

    /** Whether the filter has ended the message by itself: then libmilter takes no other client. */
    private volatile boolean isRuled;

    private volatile @Nullable Ruling ofConnection;
    private volatile @Nullable Ruling ofMessage;
    private volatile @Nullable PeerFailure failure;

    Dialogue(Peer peer, Limits limits, boolean keeps) {
        this.peer = peer;
        this.limits = limits;
        this.keeps = keeps;
    }

    /** What holds for all that the client says; null as long as the filter wants to know. */
    @Nullable Ruling ofConnection() {
        return ofConnection;
    }

    /** What holds for all of the message; null as long as the filter wants to know. */
    @Nullable Ruling ofMessage() {
        return ofMessage;
    }

    /** Why the filter knows nothing of the message; null where it does, or never was asked. */
    @Nullable PeerFailure failure() {
        return failure;
    }

    void forgetFailure() {
        failure = null;
    }

    /** Tells that there is a client. */
    CompletionStage<Ruling> connect(Facts facts) {
        return watched(open(facts, due()));
    }

    /** Tells how it greeted. */
    CompletionStage<Ruling> hello(Facts facts, String host) {
        long due = due();
        return watched(
                open(facts, due)
                        .thenCompose(ruling -> behind(ruling, () -> hello(facts, host, due))));
    }

    /** Tells of a sender; a connection that was lost is made anew before. */
    CompletionStage<Ruling> mail(Facts facts, Macros macros, byte[] data) {
        long due = due();
        return watched(
                open(facts, due)
                        .thenCompose(ruling -> behind(ruling, () -> greet(facts, due)))
                        .thenCompose(ruling -> behind(ruling, () -> begin(macros, data, due))));
    }

    private CompletionStage<Ruling> begin(Macros macros, byte[] data, long due) {
        isInMessage = true;
        isRuled = false;
        return command(Stage.MAIL, macros, data, due);
    }

    /** Tells of what comes within a session or a message; only where there is a connection. */
    CompletionStage<Ruling> tell(Stage stage, Macros macros, byte[] data) {
        return watched(command(stage, macros, data, due()));
    }

    /** Whether the filter may be told of what comes. */
    boolean isThere() {
        return talk != null;
    }

    /**
     * A message to tell of.
     *
     * @throws PeerFailure when the filter knows nothing of its sender
     */
    Message message(Macros macros, List<byte[]> fields, MessageBody body, Executor files) {
        Talk now = talk;
        if (now == null) {
            throw gone();
        }
        return new Message(now, macros, fields, body, limits, files);
    }

    /** Has it told, or told further. */
    CompletionStage<Message.Outcome> of(CompletionStage<Message.Outcome> told) {
        isWaiting = true;
        return told.whenComplete(
                (outcome, failed) -> {
                    isWaiting = false;
                    Ruling ruling = outcome == null ? null : outcome.ruling();
                    if (failed != null) {
                        lost(PeerFailure.of(failed));
                    } else if (ruling != null) {
                        isRuled = ruling.does() != Ruling.Does.CONTINUE;
                        isBehindMessage = ruling.stage() == Stage.END && !isRuled;
                        isInMessage =
                                ruling.stage() != Stage.END
                                        && ruling.does() != Ruling.Does.ACCEPT
                                        && ruling.does() != Ruling.Does.DISCARD;
                    }
                });
    }

    /** The message is over, in whatever way. */
    void reset() {
        Talk now = talk;
        if (now != null && isInMessage && isWaiting) {
            drop();
        } else if (now != null && isInMessage) {
            abort(now);
        }
        isInMessage = false;
        ofMessage = null;
        failure = null;
    }

    private void abort(Talk now) {
        now.tell(ABORT);
        isBehindMessage = !isRuled;
    }

    /** The client has gone. */
    void end() {
        isOver = true;
        Talk now = talk;
        talk = null;
        if (now == null) {
            return;
        }
        if (isInMessage) {
            abort(now);
        }
        if (keeps && isBehindMessage && !isWaiting && now.terms().canBeKept()) {
            now.release(NEXT);
        } else {
            now.close(QUIT);
        }
    }

    private void drop() {
        Talk now = talk;
        talk = null;
        if (now != null) {
            now.close(QUIT);
        }
    }

    private long due() {
        return System.nanoTime() + limits.hook().toNanos();
    }

    private static PeerFailure gone() {
        return new PeerFailure(Kind.AWAY, "there is no connection to the filter");
    }

    private CompletionStage<Ruling> watched(CompletionStage<Ruling> told) {
        isWaiting = true;
        return told.handle(
                (ruling, failed) -> {
                    isWaiting = false;
                    if (failed != null) {
                        throw lost(PeerFailure.of(failed));
                    }
                    remember(ruling);
                    return ruling;
                });
    }

    private PeerFailure lost(PeerFailure why) {
        failure = why;
        isInMessage = false;
        drop();
        return why;
    }

    private void remember(Ruling ruling) {
        Ruling.Does does = ruling.does();
        if (ruling.isLast() && ruling.stage() != Stage.RCPT) {
            isRuled = true;
        }
        boolean isEnd = does == Ruling.Does.ACCEPT || does == Ruling.Does.DISCARD;
        if (ruling.isLast() && ruling.stage().isOfConnection()) {
            ofConnection = ruling;
        } else if (isEnd && ruling.stage() != Stage.UNKNOWN) {
            ofMessage = ruling;
            isInMessage = false;
        }
    }

    private interface Next {
        CompletionStage<Ruling> tell();
    }

    private static CompletionStage<Ruling> behind(Ruling before, Next next) {
        return before.isLast() ? CompletableFuture.completedFuture(before) : next.tell();
    }

    private CompletionStage<Ruling> open(Facts facts, long due) {
        if (talk != null) {
            return going(Stage.CONNECT);
        }
        isGreeted = false;
        return peer.hold(GREETING)
                .thenCompose(
                        line -> {
                            Talk made = new Talk(line);
                            talk = made;
                            if (isOver) {
                                drop();
                                throw new PeerFailure(Kind.AWAY, "the client has gone");
                            }
                            return connect(made, facts, due);
                        });
    }

    private CompletionStage<Ruling> connect(Talk made, Facts facts, long due) {
        return command(Stage.CONNECT, facts.macros(), facts.connect(), due)
                .handle(
                        (ruling, failed) -> {
                            if (failed == null) {
                                return CompletableFuture.completedStage(ruling);
                            }
                            PeerFailure why = PeerFailure.of(failed);
                            if (made.isKept() && why.kind() == Kind.AWAY && !isOver) {
                                talk = null; // it ended while nobody used it
                                return open(facts, due);
                            }
                            return CompletableFuture.<Ruling>failedStage(why);
                        })
                .thenCompose(Function.identity());
    }

    private CompletionStage<Ruling> greet(Facts facts, long due) {
        boolean isDue = !isGreeted && !facts.hello().isEmpty();
        return isDue ? hello(facts, facts.hello(), due) : going(Stage.HELO);
    }

    private CompletionStage<Ruling> hello(Facts facts, String host, long due) {
        isGreeted = true;
        return command(Stage.HELO, facts.macros(), Packet.texts(host), due);
    }

    private static CompletionStage<Ruling> going(Stage stage) {
        return CompletableFuture.completedFuture(Ruling.of(Ruling.Does.CONTINUE, stage));
    }

    private CompletionStage<Ruling> command(Stage stage, Macros macros, byte[] data, long due) {
        Talk now = talk;
        if (now == null) {
            return CompletableFuture.failedStage(gone());
        }
        Terms terms = now.terms();
        if (!terms.tells(stage)) {
            return going(stage);
        }
        isBehindMessage = false;
        byte[] before = macros.octets(stage, terms);
        byte[] told = new Packet(stage.letter, data).octets();
        byte[] all = Arrays.copyOf(before, before.length + told.length);
        System.arraycopy(told, 0, all, before.length, told.length);
        if (!terms.awaits(stage)) {
            now.tell(all);
            return going(stage);
        }
        return now.one(all, limits.of(stage), due)
                .thenApply(packet -> Ruling.parse(packet, stage, terms));
    }
}
