package org.qpsmtpd.brokers;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a thread on which a broker is connected to, again and again until it can be used, and on
 * which letters are published. Nobody else waits for the broker.
 */
final class Courier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
    private static final long PAUSE_MILLIS = 1_000;
    private static final long CLOSE_SECONDS = 5;

    private final String name;
    private final Broker broker;
    private final ScheduledThreadPoolExecutor thread;
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile @Nullable BrokerFailure away;

    /** Of the thread alone: which connection counts. */
    private int connection;

    /** Of the thread alone: what was logged last. */
    private String reported = "";

    /**
     * Connects to nobody yet.
     *
     * @param name of the broker, for the log
     */
    Courier(String name, Broker broker) {
        this.name = name;
        this.broker = broker;
        thread = new ScheduledThreadPoolExecutor(1, work -> named(work, name, broker));
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private static Thread named(Runnable work, String name, Broker broker) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.setContextClassLoader(broker.getClass().getClassLoader());
        return thread;
    }

    /** Begins to connect. Waits for nothing. */
    void begin() {
        if (begun.compareAndSet(false, true)) {
            later(this::connect, 0);
        }
    }

    /**
     * Publishes a letter.
     *
     * @param taken completes with what becomes of it; the letter is dropped when it has before
     */
    void send(Letter letter, CompletableFuture<String> taken) {
        BrokerFailure known = away;
        if (known != null) {
            taken.completeExceptionally(known);
            return;
        }
        try {
            begin();
            thread.execute(() -> publish(letter, taken));
        } catch (RejectedExecutionException e) {
            taken.completeExceptionally(
                    new BrokerFailure(BrokerFailure.Kind.AWAY, "the plugin has been stopped"));
        }
    }

    private void publish(Letter letter, CompletableFuture<String> taken) {
        BrokerFailure known = away;
        if (known != null) {
            taken.completeExceptionally(known);
        }
        if (taken.isDone()) {
            return;
        }
        try {
            broker.publish(letter)
                    .whenComplete(
                            (place, failure) -> {
                                if (failure == null) {
                                    taken.complete(place);
                                } else {
                                    taken.completeExceptionally(failure);
                                }
                            });
        } catch (BrokerFailure e) {
            taken.completeExceptionally(e);
        } catch (RuntimeException e) { // what a library throws is told to who waits
            taken.completeExceptionally(e);
        }
    }

    private void connect() {
        connection++;
        int mine = connection;
        try {
            broker.connect(why -> later(() -> lose(mine, why), 0));
            if (away != null) {
                LOG.info("{} is reached again", name);
            }
            away = null;
            reported = "";
        } catch (BrokerFailure e) {
            retry(e);
        } catch (RuntimeException e) { // so that it is tried again
            retry(new BrokerFailure(BrokerFailure.Kind.AWAY, "unexpected fault", e));
        }
    }

    private void lose(int which, String why) {
        if (which == connection) {
            retry(new BrokerFailure(BrokerFailure.Kind.AWAY, why));
        }
    }

    private void retry(BrokerFailure failure) {
        connection++;
        away = failure;
        if (!failure.detail().equals(reported)) {
            LOG.warn("{} cannot be used, mail is deferred: {}", name, failure.detail());
            reported = failure.detail();
        }
        later(this::connect, PAUSE_MILLIS);
    }

    private void later(Runnable work, long millis) {
        try {
            var unused = thread.schedule(work, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("{}: the plugin has been stopped", name);
        }
    }

    /** Ends the connection. Letters that come later are deferred. */
    @Override
    public void close() {
        try {
            thread.execute(broker::close);
            thread.shutdown();
            // One that still waits for the broker ends the connection when it comes back.
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.info("{} is still waited for; the connection is ended then", name);
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("{}: closed already", name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
