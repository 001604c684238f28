package org.qpsmtpd.peers;

import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.AnswerReader;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Line;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;

/** A connection that is held. Belongs to the event loop, but for what its user calls. */
final class HeldLine<S> implements Line<S>, Wire.User {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Wire wire;
    private final S greeting;
    private final boolean isKept;
    private final Workshop workshop;
    private final Owner owner;
    private ByteBuffer left = NOTHING;
    private @Nullable Turn<?> turn;
    private @Nullable PeerFailure over;
    private boolean isHeard;

    /** Who is told. */
    interface Owner {
        /** An exchange begins. */
        void asked();

        /** It has its answer, or was given up. */
        void ended();

        /**
         * It has failed; gives the failure with the names of those concerned.
         *
         * @param isOfTheBackend whether it says something of the backend
         */
        PeerFailure failed(PeerFailure failure, boolean isOfTheBackend);

        /**
         * The connection is held no more.
         *
         * @param isGood whether it may be held again; it is closed otherwise
         */
        void over(Wire wire, boolean isGood);

        /** Why there are no more exchanges. */
        PeerFailure closed();
    }

    HeldLine(Wire wire, S greeting, boolean isKept, Workshop workshop, Owner owner) {
        this.wire = wire;
        this.greeting = greeting;
        this.isKept = isKept;
        this.workshop = workshop;
        this.owner = owner;
        wire.use(this);
    }

    @Override
    public S greeting() {
        return greeting;
    }

    @Override
    public boolean isKept() {
        return isKept;
    }

    @Override
    public <T> CompletionStage<T> ask(Exchange<T> exchange, Duration limit) {
        Turn<T> next = new Turn<>(exchange);
        owner.asked();
        if (!onLoop(() -> begin(next, limit))) {
            next.fail(owner.closed());
        }
        return next.answer.minimalCompletionStage();
    }

    private boolean onLoop(Runnable step) {
        try {
            workshop.loop().execute(step);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private <T> void begin(Turn<T> next, Duration limit) {
        PeerFailure ended = over;
        if (ended != null || turn != null) {
            next.fail(ended == null ? new PeerFailure(Kind.FAULT, "two ask at once") : ended);
            return;
        }
        turn = next;
        next.timer =
                workshop.loop()
                        .schedule(() -> late(next, limit), limit.toNanos(), TimeUnit.NANOSECONDS);
        next.start();
        read();
    }

    private void late(Turn<?> asked, Duration limit) {
        if (turn == asked) {
            fail(new PeerFailure(Kind.LATE, "no answer within " + limit.toSeconds() + " s"));
        }
    }

    @Override
    public void came(ByteBuffer octets) {
        isHeard = true;
        if (left.hasRemaining()) {
            left = joined(left, octets);
            read();
            return;
        }
        if (turn != null) {
            turn.read(octets);
        }
        left = octets.hasRemaining() ? joined(NOTHING, octets) : NOTHING;
        readOnIfWanted();
    }

    private static ByteBuffer joined(ByteBuffer first, ByteBuffer second) {
        ByteBuffer all = ByteBuffer.allocate(first.remaining() + second.remaining());
        return all.put(first).put(second).flip();
    }

    private void read() {
        if (left.hasRemaining() && turn != null) {
            turn.read(left);
        }
        readOnIfWanted();
    }

    /** What is left stays small, since nothing more is read while nobody asks. */
    private void readOnIfWanted() {
        if (over == null) {
            var unused = wire.channel().config().setAutoRead(turn != null || !left.hasRemaining());
        }
    }

    @Override
    public void ended(String why) {
        Turn<?> asked = turn;
        if (asked == null || !asked.end()) {
            fail(new PeerFailure(Kind.AWAY, why));
        }
    }

    private void fail(PeerFailure failure) {
        if (over != null) {
            return;
        }
        // One that was kept may have gone meanwhile, which says nothing of the backend.
        boolean saysNothing = isKept && !isHeard && failure.kind() == Kind.AWAY;
        PeerFailure named = owner.failed(failure, !saysNothing);
        over(named, false);
    }

    private void over(PeerFailure why, boolean isGood) {
        over = why;
        Turn<?> asked = turn;
        turn = null;
        if (!isGood) {
            wire.close();
        }
        owner.over(wire, isGood);
        if (asked != null) {
            asked.fail(why);
        }
    }

    /** Ends it, since all end. */
    void closeNow() {
        if (over == null) {
            over(owner.closed(), false);
        }
    }

    @Override
    public CompletionStage<Void> encrypt(SSLContext context, Duration limit) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (!onLoop(() -> encryptNow(context, limit, done))) {
            done.completeExceptionally(owner.closed());
        }
        return done.minimalCompletionStage();
    }

    private void encryptNow(SSLContext context, Duration limit, CompletableFuture<Void> done) {
        if (turn != null || left.hasRemaining()) {
            fail(new PeerFailure(Kind.FAULT, "it sends in clear where TLS is to begin"));
        } else if (wire.address.socket().isPresent()) {
            fail(new PeerFailure(Kind.FAULT, "TLS needs a host, whose name the certificate has"));
        }
        PeerFailure ended = over;
        if (ended != null) {
            done.completeExceptionally(ended);
            return;
        }
        var unused =
                Encryption.begin(wire, context, workshop, limit.toNanos())
                        .addListener(
                                result -> {
                                    if (!result.isSuccess()) {
                                        fail(Encryption.failure(result.cause()));
                                    }
                                    encrypted(done);
                                });
    }

    private void encrypted(CompletableFuture<Void> done) {
        PeerFailure ended = over;
        if (ended == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(ended);
        }
    }

    @Override
    public void tell(byte[] octets) {
        var unused = onLoop(() -> tellNow(octets));
    }

    private void tellNow(byte[] octets) {
        if (over == null) {
            var unused = wire.channel().writeAndFlush(Unpooled.wrappedBuffer(octets));
        }
    }

    @Override
    public void release() {
        var unused = onLoop(this::releaseNow);
    }

    private void releaseNow() {
        if (over == null) {
            boolean isGood = turn == null && !left.hasRemaining() && wire.isOpen();
            over(new PeerFailure(Kind.FAULT, "the connection was given back"), isGood);
        }
    }

    @Override
    public void close() {
        var unused = onLoop(this::closeNow);
    }

    /** An exchange. */
    private final class Turn<T> implements Sending.Owner {
        private final Exchange<T> exchange;
        private final AnswerReader<T> reader;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private final Sending sending;
        private @Nullable Future<?> timer;

        Turn(Exchange<T> exchange) {
            this.exchange = exchange;
            this.reader = exchange.reader().get();
            this.sending =
                    new Sending(exchange.question(), false, wire.channel(), workshop.files(), this);
        }

        void start() {
            if (exchange.question().size() > 0) {
                sending.start();
            }
        }

        void read(ByteBuffer octets) {
            try {
                reader.read(octets).ifPresent(this::complete);
            } catch (RuntimeException e) {
                HeldLine.this.fail(PeerFailure.of(e));
            }
        }

        /** Whether the end of the connection ends the answer. */
        boolean end() {
            try {
                Optional<T> found = reader.end();
                found.ifPresent(this::complete);
                return found.isPresent();
            } catch (RuntimeException e) {
                HeldLine.this.fail(PeerFailure.of(e));
                return true;
            }
        }

        private void complete(T found) {
            turn = null;
            stop();
            owner.ended();
            answer.complete(found);
        }

        void fail(PeerFailure failure) {
            stop();
            owner.ended();
            answer.completeExceptionally(failure);
        }

        private void stop() {
            if (timer != null) {
                timer.cancel(false);
            }
            sending.stop();
        }

        /** Whether it has gone does not matter: the answer tells. */
        @Override
        public void sent() {}

        @Override
        public void unreadable(String why) {
            if (turn == this) {
                over(new PeerFailure(Kind.FAULT, why), false);
            }
        }
    }
}
