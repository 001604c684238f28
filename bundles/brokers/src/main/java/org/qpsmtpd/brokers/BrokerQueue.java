package org.qpsmtpd.brokers;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hands messages to a broker, and answers OK when that has them durably. Nobody waits meanwhile;
 * how many messages and octets are on their way is bounded, and each has a time limit.
 */
public final class BrokerQueue implements AutoCloseable {
    private final BrokerSettings settings;
    private final Packing packing;
    private final Answers answers;
    private final Room room;
    private final Courier courier;
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    /**
     * Connects to nobody yet.
     *
     * @param name of the plugin, for the log
     * @param broker closed by {@link #close}
     */
    public BrokerQueue(String name, BrokerSettings settings, Broker broker) {
        this.settings = settings;
        packing = new Packing(settings.key(), settings.isPerRecipient());
        answers = new Answers(settings);
        room = new Room(settings.mostMessages(), settings.mostOctets());
        courier = new Courier(name, broker);
    }

    /** Begins to connect, so that what is wrong is in the log before a message comes. */
    public void begin() {
        courier.begin();
    }

    /** The answer to the hook; it comes later. Waits for the disk when the message is large. */
    public HookResult queue(Transaction transaction) {
        long size = transaction.messageSize();
        if (transaction.recipients().isEmpty()) {
            return HookResult.DECLINED.because("error: no recipients");
        }
        if (size > settings.maxOctets()) {
            return answers.tooLarge(size);
        }
        if (!room.take(size)) {
            return answers.busy();
        }
        boolean isUnderWay = false;
        try {
            List<Parcel> parcels = packing.pack(transaction);
            CompletableFuture<List<Parcel>> all = send(parcels, size);
            isUnderWay = true;
            return HookResult.later(all, done -> answers.of(transaction, done));
        } catch (IOException e) {
            return Answers.unreadable(e.toString());
        } finally {
            if (!isUnderWay) {
                room.giveBack(size);
            }
        }
    }

    /** Completes when all have, never with a fault. */
    private CompletableFuture<List<Parcel>> send(List<Parcel> parcels, long size) {
        for (Parcel parcel : parcels) {
            CompletableFuture<String> taken = parcel.taken();
            taken.orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
            courier.send(parcel.letter(), taken);
        }
        CompletableFuture<?>[] each =
                parcels.stream().map(Parcel::taken).toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(each)
                .handle(
                        (nothing, failure) -> {
                            room.giveBack(size);
                            parcels.forEach(parcel -> count(parcel.isTaken()));
                            return parcels;
                        });
    }

    private void count(boolean isTaken) {
        (isTaken ? published : failed).incrementAndGet();
    }

    /** What it counts. */
    public List<Figure> figures() {
        return List.of(
                Figure.counter("published", published.get()),
                Figure.counter("not_published", failed.get()),
                Figure.gauge("messages_waiting", room.messages()),
                Figure.gauge("octets_waiting", room.octets()));
    }

    /** Ends the connection. A message that comes later is deferred. */
    @Override
    public void close() {
        courier.close();
    }
}
