package org.qpsmtpd.plugin.milter;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;
import org.qpsmtpd.api.session.MessageBody;

/**
 * A message on its way to a filter, and what the filter says about it. At one place at a time: with
 * the hook, with the connection to the filter, or where files are written.
 */
final class Message {
    private static final int MOST_CHANGES = 1_000;
    private static final int MOST_OCTETS = 1024 * 1024;

    private final Talk talk;
    private final Terms terms;
    private final Macros macros;
    private final Limits limits;
    private final Executor files;
    private final long due;
    private final Deque<byte[]> fields;
    private final BodyChunks body;
    private final NewBody newBody;
    private final List<Change> changes = new ArrayList<>();
    private int changedOctets;
    private boolean isHeaderEnded;
    private CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    /**
     * What came of it.
     *
     * @param ruling the filter's; null when a file for the new body is wanted before it goes on
     */
    record Outcome(@Nullable Ruling ruling) {}

    /**
     * @param fields the fields that the filter is told of, as they came, with their line ends
     * @param files where files are written
     */
    Message(
            Talk talk,
            Macros macros,
            List<byte[]> fields,
            MessageBody body,
            Limits limits,
            Executor files) {
        this.talk = talk;
        this.terms = talk.terms();
        this.macros = macros;
        this.limits = limits;
        this.files = files;
        this.fields = new ArrayDeque<>(fields);
        this.body = new BodyChunks(body);
        this.newBody = new NewBody(limits.body());
        this.due = System.nanoTime() + limits.message().toNanos();
    }

    /** The changes but for the body, in order. */
    List<Change> changes() {
        return changes;
    }

    NewBody newBody() {
        return newBody;
    }

    /** Begins to tell it. */
    CompletionStage<Outcome> tell() {
        var unused = outcome.whenComplete((found, failure) -> body.close());
        next();
        return outcome;
    }

    /** Goes on, now that there is a file for the new body. */
    CompletionStage<Outcome> resume() {
        outcome = new CompletableFuture<>();
        flush();
        return outcome;
    }

    private void next() {
        List<Outgoing> question = new ArrayList<>();
        Stage asked = gather(question);
        boolean isEnd = asked == Stage.END;
        listen(talk.many(Outgoing.all(question), isEnd, limits.of(asked), due), asked);
    }

    /** Not a chain of stages, which would grow with each packet. */
    private void listen(CompletionStage<List<Packet>> said, Stage asked) {
        var unused =
                said.whenComplete(
                        (packets, failure) -> {
                            if (failure != null) {
                                fail(failure);
                                return;
                            }
                            try {
                                take(packets, asked);
                            } catch (RuntimeException e) {
                                fail(e);
                            }
                        });
    }

    private void fail(Throwable failure) {
        outcome.completeExceptionally(PeerFailure.of(failure));
    }

    /** Gathers what is told up to the first that is answered, which is returned. */
    private Stage gather(List<Outgoing> question) {
        if (gatherFields(question)) {
            return Stage.HEADER;
        }
        if (gatherEndOfHeader(question)) {
            return Stage.END_OF_HEADER;
        }
        if (body.hasNext() && terms.tells(Stage.BODY)) {
            if (terms.awaits(Stage.BODY)) {
                question.add(body.next());
                return Stage.BODY;
            }
            question.addAll(body.rest());
        }
        add(question, Stage.END);
        return Stage.END;
    }

    /** Whether one is answered. */
    private boolean gatherFields(List<Outgoing> question) {
        while (!fields.isEmpty()) {
            byte[] field = fields.remove();
            if (terms.tells(Stage.HEADER)) {
                question.add(Outgoing.of(field(field)));
                if (terms.awaits(Stage.HEADER)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether it is answered. */
    private boolean gatherEndOfHeader(List<Outgoing> question) {
        if (isHeaderEnded) {
            return false;
        }
        isHeaderEnded = true;
        if (!terms.tells(Stage.END_OF_HEADER)) {
            return false;
        }
        add(question, Stage.END_OF_HEADER);
        return terms.awaits(Stage.END_OF_HEADER);
    }

    private void add(List<Outgoing> question, Stage stage) {
        question.add(Outgoing.of(macros.octets(stage, terms)));
        question.add(Outgoing.of(Packet.of(stage.letter).octets()));
    }

    /** A field as a filter is told it: with the line ends of folds as LF. */
    private byte[] field(byte[] octets) {
        // Octet by octet: signatures are made over what the value is, whatever its charset.
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        int colon = text.indexOf(':');
        String value = text.substring(colon + 1).replace("\r\n", "\n").replace('\0', ' ');
        boolean isEnded = value.endsWith("\n");
        String whole = isEnded ? value.substring(0, value.length() - 1) : value;
        boolean cuts = !terms.hasStep(Terms.LEADING_BLANK) && whole.startsWith(" ");
        String told =
                text.substring(0, colon).stripTrailing()
                        + '\0'
                        + (cuts ? whole.substring(1) : whole)
                        + '\0';
        byte[] data = told.getBytes(StandardCharsets.ISO_8859_1);
        return new Packet(Stage.HEADER.letter, cut(data)).octets();
    }

    /** A field that is too long for a packet is told as far as there is room. */
    private static byte[] cut(byte[] data) {
        if (data.length <= Packet.MOST) {
            return data;
        }
        byte[] part = Arrays.copyOf(data, Packet.MOST);
        part[Packet.MOST - 1] = 0;
        return part;
    }

    private void take(List<Packet> packets, Stage asked) {
        Packet last = packets.get(packets.size() - 1);
        for (Packet each : packets) {
            if (asked == Stage.END && Change.isOne(each.letter())) {
                change(each);
            }
        }
        if (asked == Stage.END && Change.isOne(last.letter())) {
            goOnReading();
            return;
        }
        Ruling ruling = Ruling.parse(last, asked, terms);
        if (asked == Stage.END || ruling.isLast()) {
            outcome.complete(new Outcome(ruling));
            return;
        }
        if (ruling.does() == Ruling.Does.SKIP) {
            skip(asked);
        }
        next();
    }

    private void skip(Stage asked) {
        if (asked == Stage.HEADER) {
            fields.clear();
        } else if (asked == Stage.BODY) {
            body.close();
        }
    }

    private void change(Packet packet) {
        if (!terms.mayDo(Change.action(packet.letter()))) {
            throw new PeerFailure(
                    Kind.FAULT,
                    "it wants a change '" + packet.letter() + "' that it did not say it would");
        }
        if (packet.letter() == Change.BODY) {
            newBody.add(packet.data());
            return;
        }
        changedOctets += packet.data().length;
        if (changes.size() == MOST_CHANGES || changedOctets > MOST_OCTETS) {
            throw new PeerFailure(
                    Kind.FAULT, "it wants more than 1000 changes, or more than 1 MiB of them");
        }
        changes.add(Change.parse(packet, terms));
    }

    private void goOnReading() {
        if (!newBody.isFull()) {
            listen(talk.more(limits.end(), due), Stage.END);
        } else if (newBody.hasFile()) {
            flush();
        } else {
            outcome.complete(new Outcome(null));
        }
    }

    private void flush() {
        try {
            files.execute(this::flushNow);
        } catch (RejectedExecutionException e) {
            fail(new PeerFailure(Kind.BUSY, "the plugin is being replaced"));
        }
    }

    private void flushNow() {
        try {
            newBody.flush();
        } catch (RuntimeException e) {
            fail(e);
            return;
        }
        listen(talk.more(limits.end(), due), Stage.END);
    }
}
