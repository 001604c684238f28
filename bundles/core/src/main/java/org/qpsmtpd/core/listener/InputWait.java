package org.qpsmtpd.core.listener;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Who waits for input before its turn, to see whether the client can wait. */
final class InputWait {
    private final EventLoop loop;
    private final Framing framing;
    private @Nullable CompletableFuture<Boolean> awaited;
    private boolean closed;

    /**
     * @param loop the connection's own thread
     */
    InputWait(EventLoop loop, Framing framing) {
        this.loop = loop;
        this.framing = framing;
    }

    /** Completes as {@code Wire.awaitInput} says; called on any thread. */
    CompletionStage<Boolean> begin(Duration limit) {
        CompletableFuture<Boolean> arrival = new CompletableFuture<>();
        if (loop.inEventLoop()) {
            await(arrival, limit);
        } else {
            loop.execute(() -> await(arrival, limit));
        }
        return arrival;
    }

    private void await(CompletableFuture<Boolean> arrival, Duration limit) {
        if (framing.hasInput() || closed) {
            arrival.complete(!closed);
            return;
        }
        awaited = arrival;
        var unused =
                loop.schedule(
                        () -> arrival.complete(false), limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Input is there, or none is to come. */
    void tell(boolean arrived) {
        CompletableFuture<Boolean> waiting = awaited;
        if (waiting != null) {
            awaited = null;
            waiting.complete(arrived);
        }
    }

    /** The connection is closed. */
    void close() {
        closed = true;
        tell(false);
    }
}
