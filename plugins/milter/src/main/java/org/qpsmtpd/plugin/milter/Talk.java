package org.qpsmtpd.plugin.milter;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Line;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;

/** A connection to a filter: questions, and answers with signs between them that it still works. */
final class Talk {
    private static final char PROGRESS = 'p';
    private static final Outgoing NOTHING = Outgoing.of(new byte[0]);

    private final Line<Terms> line;
    private final PacketReader reader = new PacketReader();

    Talk(Line<Terms> line) {
        this.line = line;
    }

    Terms terms() {
        return line.greeting();
    }

    boolean isKept() {
        return line.isKept();
    }

    void tell(byte[] octets) {
        line.tell(octets);
    }

    /**
     * Asks for one packet.
     *
     * @param limit until it comes, or a sign that the filter still works
     * @param due by {@link System#nanoTime}
     */
    CompletionStage<Packet> one(byte[] question, Duration limit, long due) {
        return many(Outgoing.of(question), false, limit, due).thenApply(all -> all.get(0));
    }

    /**
     * Asks for packets, without signs that the filter still works.
     *
     * @param many whether as many as there are
     * @return at least one
     */
    CompletionStage<List<Packet>> many(Outgoing question, boolean many, Duration limit, long due) {
        CompletableFuture<List<Packet>> answer = new CompletableFuture<>();
        ask(question, many, limit, due, answer);
        return answer;
    }

    /** Asks for more than was said so far. */
    CompletionStage<List<Packet>> more(Duration limit, long due) {
        return many(NOTHING, true, limit, due);
    }

    /** Not a chain of stages, which would grow with each sign. */
    private void ask(
            Outgoing question,
            boolean many,
            Duration limit,
            long due,
            CompletableFuture<List<Packet>> answer) {
        Duration left = Duration.ofNanos(Math.max(1, due - System.nanoTime()));
        Exchange<List<Packet>> exchange = Exchange.of(question, () -> reader.next(many));
        var unused =
                line.ask(exchange, left.compareTo(limit) < 0 ? left : limit)
                        .whenComplete(
                                (said, failure) -> {
                                    if (failure != null) {
                                        answer.completeExceptionally(PeerFailure.of(failure));
                                        return;
                                    }
                                    List<Packet> rest = withoutSigns(said);
                                    if (!rest.isEmpty()) {
                                        answer.complete(rest);
                                    } else if (due - System.nanoTime() <= 0) {
                                        answer.completeExceptionally(overdue());
                                    } else {
                                        ask(NOTHING, many, limit, due, answer);
                                    }
                                });
    }

    private static List<Packet> withoutSigns(List<Packet> said) {
        return said.stream().filter(each -> each.letter() != PROGRESS).toList();
    }

    private PeerFailure overdue() {
        line.close();
        return new PeerFailure(Kind.LATE, "the filter still works, but the time is up");
    }

    /**
     * Gives the connection back.
     *
     * @param last what is told at last
     */
    void release(byte[] last) {
        if (reader.isClean()) {
            line.tell(last);
            line.release();
        } else {
            line.close();
        }
    }

    /**
     * Ends the connection.
     *
     * @param last what is told at last
     */
    void close(byte[] last) {
        line.tell(last);
        line.close();
    }
}
