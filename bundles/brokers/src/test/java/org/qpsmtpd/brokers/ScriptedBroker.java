package org.qpsmtpd.brokers;

import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A broker that does what a test says. */
final class ScriptedBroker implements Broker {
    private static final long LIMIT_SECONDS = 30;

    private final Queue<BrokerFailure> refusals = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<Consumer<String>> connections = new LinkedBlockingQueue<>();
    private final BlockingQueue<Published> published = new LinkedBlockingQueue<>();
    private final CompletableFuture<ClassLoader> closed = new CompletableFuture<>();
    private final Queue<RuntimeException> faults = new ConcurrentLinkedQueue<>();

    /**
     * What it was given.
     *
     * @param letter the letter
     * @param taken for the test to complete
     */
    record Published(Letter letter, CompletableFuture<String> taken) {}

    /** Has the next attempt to connect fail. */
    void refuse(String why) {
        refusals.add(new BrokerFailure(BrokerFailure.Kind.AWAY, why));
    }

    /** Has the next letter meet a fault of the library. */
    void fault(RuntimeException fault) {
        faults.add(fault);
    }

    /** Waits until it is connected to; what is returned loses the connection. */
    Consumer<String> awaitConnection() throws InterruptedException {
        return poll(connections);
    }

    Published awaitLetter() throws InterruptedException {
        return poll(published);
    }

    boolean hasNoLetter() {
        return published.isEmpty();
    }

    ClassLoader awaitClosed() throws Exception {
        return closed.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private static <T> T poll(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing came");
        }
        return next;
    }

    @Override
    public void connect(Consumer<String> lost) throws BrokerFailure {
        BrokerFailure refusal = refusals.poll();
        if (refusal != null) {
            throw refusal;
        }
        connections.add(lost);
    }

    @Override
    public CompletionStage<String> publish(Letter letter) {
        RuntimeException fault = faults.poll();
        if (fault != null) {
            throw fault;
        }
        CompletableFuture<String> taken = new CompletableFuture<>();
        published.add(new Published(letter, taken));
        return taken;
    }

    @Override
    public void close() {
        closed.complete(Thread.currentThread().getContextClassLoader());
    }
}
