package org.qpsmtpd.core.worker;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The workers that run hooks which may wait. Up to {@code --children} at once; {@code
 * --idle-children} stay when there is nothing to do, the others end after a while. A child serves a
 * request, not a connection, so a silent client holds none. Requests beyond that wait in order;
 * there is at most one for each connection.
 */
public final class Children implements Executor, AutoCloseable {
    private static final long IDLE_SECONDS = 15;

    private final WaitingRequests waiting = new WaitingRequests();
    private final ThreadPoolExecutor pool;
    private final int most;

    /**
     * Hands a request to an idle child, or says that there is none, so that the pool grows first.
     */
    private static final class WaitingRequests extends LinkedTransferQueue<Runnable> {
        private static final long serialVersionUID = 1;

        @Override
        public boolean offer(Runnable request) {
            return tryTransfer(request);
        }
    }

    /**
     * @param children most children at once, 1 or more
     * @param idleChildren how many are kept warm, 0 to {@code children}
     * @param pretty whether threads are named for the process table, as {@code --pretty-child} says
     * @param atStart what each child does first, on its own thread
     */
    public Children(int children, int idleChildren, boolean pretty, Runnable atStart) {
        this(children, idleChildren, pretty, atStart, TimeUnit.SECONDS.toMillis(IDLE_SECONDS));
    }

    Children(int children, int idleChildren, boolean pretty, Runnable atStart, long idleMillis) {
        most = children;
        AtomicInteger number = new AtomicInteger();
        int idle = Math.min(children, idleChildren);
        pool =
                new ThreadPoolExecutor(
                        idle,
                        children,
                        idleMillis,
                        TimeUnit.MILLISECONDS,
                        waiting,
                        work -> {
                            String name =
                                    pretty ? "qpsmtpd child" : "child-" + number.incrementAndGet();
                            Thread thread =
                                    new Thread(
                                            () -> {
                                                try {
                                                    atStart.run();
                                                } finally {
                                                    work.run();
                                                }
                                            },
                                            name);
                            thread.setDaemon(true);
                            return thread;
                        },
                        (request, full) -> waiting.put(request));
        pool.prestartAllCoreThreads();
    }

    /** Runs a request on a child. A request that fails is reported and does not end the child. */
    @Override
    public void execute(Runnable request) {
        pool.execute(() -> runReporting(request));
    }

    private static void runReporting(Runnable request) {
        try {
            request.run();
        } catch (Throwable failure) {
            Thread child = Thread.currentThread();
            child.getUncaughtExceptionHandler().uncaughtException(child, failure);
        }
    }

    /** How many there may be. */
    public int most() {
        return most;
    }

    /** How many one plugin may hold at a time: half, so that the others have theirs. */
    public int perPlugin() {
        return (most + 1) / 2;
    }

    /** How many children there are. */
    public int size() {
        return pool.getPoolSize();
    }

    /** How many requests wait for a child. */
    public int waiting() {
        return waiting.size();
    }

    /** Ends the children; requests that wait are dropped. */
    @Override
    public void close() {
        pool.shutdownNow();
    }
}
