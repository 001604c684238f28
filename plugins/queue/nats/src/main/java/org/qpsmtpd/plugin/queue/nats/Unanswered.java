package org.qpsmtpd.plugin.queue.nats;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.brokers.BrokerFailure;

/** The messages of a connection that no stream has acknowledged yet. */
final class Unanswered {
    private final Map<Long, CompletableFuture<String>> waiting = new HashMap<>();
    private long count;
    private @Nullable BrokerFailure closed;

    /** One more; it fails at once when the connection has ended. */
    CompletableFuture<String> add() {
        CompletableFuture<String> taken = new CompletableFuture<>();
        BrokerFailure known = keep(taken);
        if (known != null) {
            taken.completeExceptionally(known);
        }
        return taken;
    }

    private synchronized @Nullable BrokerFailure keep(CompletableFuture<String> taken) {
        if (closed == null) {
            count++;
            long number = count;
            waiting.put(number, taken);
            var unused = taken.whenComplete((place, failure) -> forget(number));
        }
        return closed;
    }

    private synchronized void forget(long number) {
        waiting.remove(number);
    }

    /** The connection has ended. */
    void close(BrokerFailure failure) {
        List<CompletableFuture<String>> rest;
        synchronized (this) {
            closed = failure;
            rest = new ArrayList<>(waiting.values());
        }
        rest.forEach(one -> one.completeExceptionally(failure));
    }
}
