package org.qpsmtpd.store.redis;

import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.StoreFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to a Redis server: one connection, made at the first question and anew whenever it ends.
 * While the server cannot be reached questions fail at once. What is on its way at a time is
 * limited.
 */
final class Link {
    private static final Logger LOG = LoggerFactory.getLogger(Link.class);

    private static final int MOST_ON_THEIR_WAY = 10_000;
    private static final long MOST_OCTETS = 32 << 20;
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    private final RedisAddress address;
    private final EventLoop loop;
    private final @Nullable SslContext tls;
    private final Finder finder;

    private final AtomicInteger onTheirWay = new AtomicInteger();
    private final AtomicLong octetsOnTheirWay = new AtomicLong();
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong connected = new AtomicLong();

    // What follows belongs to the event loop.
    private final Deque<Question> waiting = new ArrayDeque<>();
    private @Nullable Wire wire;
    private boolean isConnecting;
    private boolean isClosed;
    private boolean isDown;
    private String reason = "";
    private long pause = FIRST_PAUSE_MILLIS;

    private record Question(List<String> words, CompletableFuture<Reply> answer) {}

    Link(RedisAddress address, EventLoop loop, @Nullable SslContext tls) {
        this.address = address;
        this.loop = loop;
        this.tls = tls;
        finder = new Finder(address, loop, tls);
    }

    /** Asks; the stage fails with a {@link StoreFailure} when there is no good answer in time. */
    CompletableFuture<Reply> ask(String... words) {
        long octets = 0;
        for (String word : words) {
            octets += word.length();
        }
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        long weight = octets;
        asked.incrementAndGet();
        int count = onTheirWay.incrementAndGet();
        long all = octetsOnTheirWay.addAndGet(weight);
        var unused =
                answer.whenComplete(
                        (reply, fault) -> {
                            onTheirWay.decrementAndGet();
                            octetsOnTheirWay.addAndGet(-weight);
                            failed.addAndGet(fault == null ? 0 : 1);
                        });
        if (count > MOST_ON_THEIR_WAY || all > MOST_OCTETS) {
            answer.completeExceptionally(failure("too many calls wait for an answer"));
            return answer;
        }
        try {
            loop.execute(() -> begin(new Question(List.of(words), answer)));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(failure("closed"));
        }
        return answer;
    }

    private StoreFailure failure(String why) {
        return new StoreFailure("the store at " + address + ": " + why, null);
    }

    private void begin(Question question) {
        Wire open = wire;
        if (open != null) {
            forward(open, question);
            return;
        }
        if (isDown || isClosed) {
            question.answer.completeExceptionally(failure(isClosed ? "closed" : reason));
            return;
        }
        waiting.add(question);
        var unused =
                loop.schedule(() -> giveUp(question), Wire.LIMIT_MILLIS, TimeUnit.MILLISECONDS);
        if (!isConnecting) {
            connect();
        }
    }

    private void giveUp(Question question) {
        if (waiting.remove(question)) {
            question.answer.completeExceptionally(failure("no connection in time"));
        }
    }

    private void forward(Wire open, Question question) {
        var unused =
                open.ask(question.words.toArray(new String[0]))
                        .whenComplete(
                                (reply, fault) -> {
                                    if (fault != null) {
                                        question.answer.completeExceptionally(
                                                failure(Handshake.reason(fault)));
                                    } else if (reply instanceof Reply.Fault wrong) {
                                        refused(open, question, wrong);
                                    } else {
                                        question.answer.complete(reply);
                                    }
                                });
    }

    private void refused(Wire open, Question question, Reply.Fault wrong) {
        question.answer.completeExceptionally(failure(WireFault.clean(wrong.text())));
        if (wrong.text().startsWith("READONLY")) {
            open.close("another server is the master now");
        }
    }

    private void connect() {
        if (isClosed) {
            return;
        }
        isConnecting = true;
        var unused =
                finder.find()
                        .whenComplete(
                                (host, fault) -> {
                                    if (fault != null) {
                                        down(Handshake.reason(fault));
                                    } else {
                                        enter(Wire.to(loop, host, tls));
                                    }
                                });
    }

    private void enter(Wire next) {
        var unused =
                next.opened()
                        .thenCompose(isOpen -> Handshake.make(next, address))
                        .whenComplete(
                                (reply, fault) -> {
                                    if (fault != null) {
                                        String why = Handshake.reason(fault);
                                        next.close(why);
                                        down(why);
                                    } else {
                                        up(next);
                                    }
                                });
    }

    private void up(Wire next) {
        isConnecting = false;
        if (isClosed) {
            next.close("closed");
            return;
        }
        if (isDown) {
            LOG.warn("stores: {} is reached again", address);
        }
        isDown = false;
        pause = FIRST_PAUSE_MILLIS;
        wire = next;
        connected.incrementAndGet();
        for (Question each = waiting.poll(); each != null; each = waiting.poll()) {
            forward(next, each);
        }
        var unused = next.ended().thenAccept(this::lost);
    }

    private void lost(String why) {
        wire = null;
        reason = why;
        if (!isClosed) {
            isConnecting = true;
            again();
        }
    }

    private void down(String why) {
        isConnecting = false;
        reason = why;
        if (!isDown && !isClosed) {
            LOG.error("stores: {} cannot be used: {}; calls fail until it can", address, why);
        }
        isDown = true;
        for (Question each = waiting.poll(); each != null; each = waiting.poll()) {
            each.answer.completeExceptionally(failure(why));
        }
        again();
    }

    private void again() {
        var unused = loop.schedule(this::connect, pause, TimeUnit.MILLISECONDS);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }

    /** Ends the connection; questions fail from now on. */
    void close() {
        try {
            loop.execute(this::closeNow);
        } catch (RejectedExecutionException e) {
            // the loop has ended, and the connection with it
        }
    }

    private void closeNow() {
        isClosed = true;
        for (Question each = waiting.poll(); each != null; each = waiting.poll()) {
            each.answer.completeExceptionally(failure("closed"));
        }
        Wire open = wire;
        if (open != null) {
            open.close("closed");
        }
    }

    int onTheirWay() {
        return onTheirWay.get();
    }

    long asked() {
        return asked.get();
    }

    long failed() {
        return failed.get();
    }

    /** How often a connection was made. */
    long connected() {
        return connected.get();
    }
}
