package org.qpsmtpd.dns.transport;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread on which sockets are read, times run out, and look-ups go on. */
public final class Loop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final long JOIN_MILLIS = 2000;

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Alarms alarms = new Alarms();
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean ended;

    /** Starts the thread. */
    public Loop(String name) throws IOException {
        selector = Selector.open();
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Has something done on the loop, soon and in the order of calls; once the loop has ended, at
     * once by the caller.
     */
    public void execute(Runnable task) {
        tasks.add(task);
        if (ended) {
            runTasks();
        } else if (woken.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    /**
     * Has something done later. To be called on the loop.
     *
     * @param nanos one of a few values that occur
     */
    public Alarm after(long nanos, Runnable task) {
        return alarms.add(System.nanoTime(), nanos, task);
    }

    /** Has a channel watched. To be called on the loop. */
    SelectionKey watch(SelectableChannel channel, int operations, Runnable ready)
            throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, operations, ready);
    }

    private void run() {
        try {
            while (!closed) {
                guarded(this::turn);
            }
        } finally {
            ended = true;
            runTasks();
            selector.keys().forEach(Loop::close);
            guarded(this::closeSelector);
        }
    }

    private void turn() {
        woken.set(false);
        runTasks();
        long now = System.nanoTime();
        alarms.ring(now, Loop::guarded);
        if (!closed) { // which one of the tasks may just have made it, and nothing wakes it again
            select(now);
        }
    }

    private void select(long now) {
        Alarm next = alarms.first();
        // A millisecond more than it may be, so that no look is made before an alarm is due.
        long millis = next == null ? 0 : TimeUnit.NANOSECONDS.toMillis(next.due() - now) + 1;
        try {
            selector.select(Loop::ready, millis);
        } catch (IOException | ClosedSelectorException e) {
            throw new IllegalStateException("the selector failed", e);
        }
    }

    private static void ready(SelectionKey key) {
        guarded((Runnable) key.attachment());
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            guarded(task);
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (CancelledKeyException e) {
            LOG.debug("a socket was closed meanwhile");
        } catch (RuntimeException | Error e) {
            LOG.error("a step of the DNS look-ups failed", e);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            LOG.debug("a socket cannot be closed: {}", e.toString());
        }
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("the selector cannot be closed: {}", e.toString());
        }
    }

    /** Ends the thread, once what has been given to it is done. */
    @Override
    public void close() {
        execute(() -> closed = true);
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
