package org.qpsmtpd.peers;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.AnswerReader;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;

/** One try of an exchange with one backend. Belongs to the event loop. */
final class Attempt<T> implements Wire.User, Sending.Owner {
    private final Exchange<T> exchange;
    private final boolean holds;
    private final Backend backend;
    private final Workshop workshop;
    private final long due;
    private final Owner<T> owner;
    private AnswerReader<T> reader;
    private @Nullable Wire wire;
    private @Nullable Sending sending;
    private boolean isKept;
    private boolean isOver;
    private boolean isHeard;
    private boolean isRestWanted;
    private boolean isRestBegun;

    /** Who is told, once. */
    interface Owner<T> {
        void connected();

        void answered(T answer);

        /**
         * There is a connection that is to be held.
         *
         * @param isKept whether it was held before
         */
        void held(T answer, Wire wire, boolean isKept);

        /**
         * There is no answer.
         *
         * @param isHeard whether something of an answer came
         */
        void failed(PeerFailure failure, boolean isHeard);

        /** The question itself is at fault. */
        void unaskable(String why);
    }

    /**
     * @param holds whether the connection is to be held behind the answer
     * @param due until when a connection is tried, by {@link System#nanoTime}
     */
    Attempt(
            Exchange<T> exchange,
            boolean holds,
            Backend backend,
            Workshop workshop,
            long due,
            Owner<T> owner) {
        this.exchange = exchange;
        this.holds = holds;
        this.backend = backend;
        this.workshop = workshop;
        this.due = due;
        this.owner = owner;
        this.reader = exchange.reader().get();
    }

    Backend backend() {
        return backend;
    }

    void start() {
        Wire kept = backend.take();
        if (kept != null && holds) {
            hold(kept);
        } else if (kept != null) {
            isKept = true;
            use(kept);
        } else {
            connect();
        }
    }

    /** One that was held before has been greeted. */
    @SuppressWarnings("unchecked") // all greetings of a way are the same
    private void hold(Wire kept) {
        wire = kept;
        isOver = true;
        owner.held((T) Objects.requireNonNull(kept.greeting, "greeted"), kept, true);
    }

    private void connect() {
        isKept = false;
        var unused =
                Laying.to(backend.address, backend.tls, due, workshop)
                        .whenComplete(
                                (laid, failure) -> {
                                    if (failure != null) {
                                        fail(PeerFailure.of(failure));
                                    } else if (isOver) {
                                        laid.close();
                                    } else {
                                        owner.connected();
                                        use(laid);
                                    }
                                });
    }

    private void use(Wire next) {
        wire = next;
        next.use(this);
        boolean hasRest = exchange.rest().size() > 0;
        send(exchange.question(), exchange.endsOutput() && !hasRest, next);
    }

    private void send(Outgoing what, boolean endsOutput, Wire on) {
        Sending begun = new Sending(what, endsOutput, on.channel(), workshop.files(), this);
        sending = begun;
        begun.start();
    }

    @Override
    public void sent() {
        Path file = exchange.passed();
        Wire on = wire;
        if (file == null || on == null || isRestBegun) {
            sendRest();
            return;
        }
        var unused =
                Passing.pass(file, on.channel(), workshop.files())
                        .whenCompleteAsync(
                                (gone, failure) -> {
                                    if (failure != null) {
                                        unreadable("the message cannot be read");
                                    }
                                },
                                workshop.loop());
    }

    /** Sends the rest when it is wanted and all before it has gone. */
    private void sendRest() {
        Sending before = sending;
        Wire on = wire;
        boolean isDue = isRestWanted && !isRestBegun && !isOver;
        if (isDue && before != null && on != null && before.isSent()) {
            isRestBegun = true;
            send(exchange.rest(), exchange.endsOutput(), on);
        }
    }

    @Override
    public void came(ByteBuffer octets) {
        isHeard = true;
        try {
            Optional<T> answer = reader.read(octets);
            if (answer.isPresent()) {
                complete(answer.get(), !octets.hasRemaining() && !reader.isLast());
            } else if (reader.wantsRest()) {
                isRestWanted = true;
                sendRest();
            }
        } catch (RuntimeException e) {
            fail(PeerFailure.of(e));
        }
    }

    @Override
    public void ended(String why) {
        if (isKept && !isHeard) {
            again();
            return;
        }
        try {
            Optional<T> answer = isHeard ? reader.end() : Optional.empty();
            if (answer.isPresent()) {
                complete(answer.get(), false);
            } else {
                fail(
                        new PeerFailure(
                                Kind.AWAY,
                                why + (isHeard ? " within" : " before") + " its answer"));
            }
        } catch (RuntimeException e) {
            fail(PeerFailure.of(e));
        }
    }

    /** A kept connection may have gone meanwhile, which says nothing of the backend. */
    private void again() {
        stopSending();
        reader = exchange.reader().get();
        connect();
    }

    @Override
    public void unreadable(String why) {
        if (end(false)) {
            owner.unaskable(why);
        }
    }

    private void complete(T answer, boolean isClean) {
        if (holds) {
            greeted(answer, isClean);
        } else if (end(isClean)) {
            owner.answered(answer);
        }
    }

    private void greeted(T answer, boolean isClean) {
        Wire used = wire;
        boolean isSent = sending != null && sending.isSent();
        if (used == null || !isClean || !isSent || !used.isOpen()) {
            fail(new PeerFailure(Kind.FAULT, "it said more than the answer to the greeting"));
        } else if (!isOver) {
            isOver = true;
            stopSending();
            used.greeting = answer;
            owner.held(answer, used, false);
        }
    }

    private void fail(PeerFailure failure) {
        if (end(false)) {
            owner.failed(failure, isHeard);
        }
    }

    /** Gives it up; nobody is told. */
    void abandon() {
        var unused = end(false);
    }

    private boolean end(boolean mayKeep) {
        if (isOver) {
            return false;
        }
        isOver = true;
        boolean isSent = sending != null && sending.isSent();
        stopSending();
        Wire used = wire;
        if (used != null) {
            if (mayKeep && isSent && !endsConnection() && used.isOpen()) {
                backend.keep(used);
            } else {
                used.close();
            }
        }
        return true;
    }

    private boolean endsConnection() {
        return exchange.endsOutput() || exchange.passed() != null;
    }

    private void stopSending() {
        if (sending != null) {
            sending.stop();
        }
    }
}
