package org.qpsmtpd.plugin.queue.amqp;

import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ReturnCallback;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.brokers.BrokerFailure;
import org.qpsmtpd.brokers.BrokerFailure.Kind;

/**
 * What a channel has published and the broker has not confirmed yet. A message that no queue takes
 * comes back before it is confirmed.
 */
final class Confirms implements ConfirmListener, ReturnCallback {
    private final NavigableMap<Long, Waiting> waiting = new TreeMap<>();
    private @Nullable BrokerFailure closed;

    /**
     * A message.
     *
     * @param id by which it is known when it comes back
     * @param place what is told when it is confirmed
     */
    private record Waiting(String id, String place, CompletableFuture<String> taken) {}

    /** Waits for a message that is published next. */
    CompletableFuture<String> await(long number, String id, String place) {
        CompletableFuture<String> taken = new CompletableFuture<>();
        BrokerFailure known = add(number, new Waiting(id, place, taken));
        if (known != null) {
            taken.completeExceptionally(known);
        }
        return taken;
    }

    private synchronized @Nullable BrokerFailure add(long number, Waiting one) {
        if (closed == null) {
            waiting.put(number, one);
        }
        return closed;
    }

    /** It was not published after all. */
    synchronized void forget(long number) {
        waiting.remove(number);
    }

    @Override
    public void handleAck(long number, boolean multiple) {
        take(number, multiple).values().forEach(one -> one.taken.complete(one.place));
    }

    @Override
    public void handleNack(long number, boolean multiple) {
        BrokerFailure failure =
                new BrokerFailure(
                        Kind.REFUSED, "the broker says nack: the queue is full or not available");
        take(number, multiple).values().forEach(one -> one.taken.completeExceptionally(failure));
    }

    @Override
    public void handle(Return back) {
        String id = String.valueOf(back.getProperties().getMessageId());
        BrokerFailure failure =
                new BrokerFailure(
                        Kind.REFUSED,
                        "no queue takes routing key "
                                + back.getRoutingKey()
                                + ": "
                                + back.getReplyText());
        for (Waiting one : withId(id)) {
            one.taken.completeExceptionally(failure);
        }
    }

    private synchronized Iterable<Waiting> withId(String id) {
        return waiting.values().stream().filter(one -> one.id.equals(id)).toList();
    }

    /** Nothing more will be confirmed. */
    void close(BrokerFailure failure) {
        Map<Long, Waiting> rest;
        synchronized (this) {
            closed = failure;
            rest = new TreeMap<>(waiting);
            waiting.clear();
        }
        rest.values().forEach(one -> one.taken.completeExceptionally(failure));
    }

    private synchronized Map<Long, Waiting> take(long number, boolean multiple) {
        NavigableMap<Long, Waiting> range =
                multiple
                        ? waiting.headMap(number, true)
                        : waiting.subMap(number, true, number, true);
        Map<Long, Waiting> taken = new TreeMap<>(range);
        range.clear();
        return taken;
    }
}
