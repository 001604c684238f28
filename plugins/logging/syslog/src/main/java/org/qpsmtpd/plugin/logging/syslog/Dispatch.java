package org.qpsmtpd.plugin.logging.syslog;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sends lines on a thread of its own, so that nobody waits for the server. While it does not take
 * them, some wait and the others are lost and counted.
 */
final class Dispatch {
    private static final int MOST_WAITING = 2000;
    private static final long PAUSE_MILLIS = 1000;
    private static final long LAST_MILLIS = 1000;

    private final BlockingQueue<Line> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong lostUntold = new AtomicLong();
    private final Server server;
    private final LongFunction<Line> lostLine;
    private final Consumer<String> complain;
    private final long retryMillis;
    private final Thread thread = new Thread(this::run, "syslog");
    private volatile @Nullable Sink sink;
    private volatile Way way;
    private volatile boolean reopen;
    private volatile boolean closing;
    private boolean complained;
    private long sentAt;

    /** A line, written for a way when it is known which one is open. */
    interface Line {
        byte[] octets(Way way);
    }

    /**
     * @param lostLine the line that says how many were lost
     * @param complain takes a sentence for the administrator
     * @param retryMillis how long to wait before a server that could not be reached is tried again
     */
    Dispatch(
            Server server,
            LongFunction<Line> lostLine,
            Consumer<String> complain,
            long retryMillis) {
        this.server = server;
        this.lostLine = lostLine;
        this.complain = complain;
        this.retryMillis = retryMillis;
        way = server.ways().get(0);
        thread.setDaemon(true);
    }

    /** Takes a line, or counts it as lost; never waits. The first one starts the thread. */
    void offer(Line line) {
        if (started.compareAndSet(false, true)) {
            thread.start();
        }
        if (!waiting.offer(line)) {
            lost.incrementAndGet();
            lostUntold.incrementAndGet();
        }
    }

    /** Opens the way anew with the next line. */
    void reopen() {
        reopen = true;
    }

    long sent() {
        return sent.get();
    }

    long lost() {
        return lost.get();
    }

    int waiting() {
        return waiting.size();
    }

    /** Sends what waits, if that takes no longer than a second, and ends. */
    void close() throws InterruptedException {
        closing = true;
        thread.join(LAST_MILLIS);
        thread.interrupt();
        closeSink();
        thread.join(LAST_MILLIS);
    }

    private void run() {
        try {
            while (!closing || !waiting.isEmpty()) {
                Line line = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (line != null) {
                    deliver(line);
                    tellLost();
                }
            }
        } catch (InterruptedException e) {
            // the end: what waits is lost
        } finally {
            closeSink();
        }
    }

    private void tellLost() throws InterruptedException {
        long count = lostUntold.getAndSet(0);
        if (count > 0) {
            deliver(lostLine.apply(count));
        }
    }

    /** Comes back when the line is sent; a way that has broken is opened anew for it, at once. */
    private void deliver(Line line) throws InterruptedException {
        if (reopen) {
            reopen = false;
            closeSink();
        }
        boolean fresh = false;
        while (true) {
            Sink open = sink;
            if (open == null) {
                open = open();
                fresh = true;
            }
            if (open != null && send(open, line)) {
                return;
            }
            if (fresh) {
                TimeUnit.MILLISECONDS.sleep(retryMillis);
            }
        }
    }

    private boolean send(Sink open, Line line) {
        long now = System.nanoTime();
        boolean afterPause = now - sentAt > TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
        try {
            open.send(line.octets(way), afterPause);
        } catch (IOException e) {
            closeSink();
            return false;
        }
        sentAt = System.nanoTime();
        sent.incrementAndGet();
        return true;
    }

    /** Opens the first way that can be opened; null when none can, which is said once. */
    private @Nullable Sink open() {
        StringBuilder faults = new StringBuilder();
        for (Way candidate : server.ways()) {
            try {
                Sink opened = server.open(candidate);
                way = candidate;
                sink = opened;
                sentAt = System.nanoTime();
                if (complained) {
                    complained = false;
                    complain.accept("lines go to " + server.name(candidate) + " again");
                }
                return opened;
            } catch (IOException e) {
                faults.append(faults.isEmpty() ? "" : "; ");
                faults.append(server.name(candidate)).append(": ").append(e.getMessage());
            }
        }
        if (!complained) {
            complained = true;
            complain.accept(faults + "; up to " + MOST_WAITING + " lines wait and others are lost");
        }
        return null;
    }

    private synchronized void closeSink() {
        Sink open = sink;
        sink = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // of no use any more in any case
            }
        }
    }
}
