package org.qpsmtpd.core.worker;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The workers that run hooks which may wait. Up to {@code --children} at once; {@code
 * --idle-children} stay when there is nothing to do, the others end after a while. A child serves a
 * request, not a connection, so a silent client holds none. Requests beyond that wait in order;
 * there is at most one for each connection.
 *
 * <p>When all are busy and one plugin holds more than half of them, as one does that hangs, there
 * are up to half as many again for the requests of the others.
 */
public final class Children implements ChildPool, AutoCloseable {
    private static final long IDLE_SECONDS = 15;
    private static final String PRETTY = "qpsmtpd child";
    private static final String PLAIN = "child-";

    private final WaitingRequests waiting = new WaitingRequests();
    private final AtomicInteger number = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicInteger hogs = new AtomicInteger();
    private final ThreadPoolExecutor pool;
    private final ThreadPoolExecutor spare;
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
     * A request that keeps its child alive when it fails.
     *
     * @param inTurn whether it is of a plugin that holds more than half
     */
    private record Request(Runnable work, boolean inTurn, AtomicInteger busy) implements Runnable {
        @Override
        public void run() {
            busy.incrementAndGet();
            try {
                work.run();
            } catch (Throwable failure) {
                Thread child = Thread.currentThread();
                child.getUncaughtExceptionHandler().uncaughtException(child, failure);
            } finally {
                busy.decrementAndGet();
            }
        }
    }

    /**
     * @param children most children at once, 1 or more
     * @param idleChildren how many are kept warm, 0 to {@code children}
     * @param pretty whether threads are named for the process table, as {@code --pretty-child} says
     * @param atStart what each child does first, on its own thread
     */
    public Children(int children, int idleChildren, boolean pretty, Runnable atStart) {
        this("", children, idleChildren, pretty, atStart);
    }

    /**
     * Children of one of several servers.
     *
     * @param prefix how the names of their threads begin
     */
    public Children(
            String prefix, int children, int idleChildren, boolean pretty, Runnable atStart) {
        this(
                prefix + (pretty ? PRETTY : PLAIN),
                children,
                idleChildren,
                atStart,
                TimeUnit.SECONDS.toMillis(IDLE_SECONDS));
    }

    Children(String name, int children, int idleChildren, Runnable atStart, long idleMillis) {
        most = children;
        int idle = Math.min(children, idleChildren);
        ThreadFactory threads = work -> thread(work, name, atStart);
        pool =
                new ThreadPoolExecutor(
                        idle,
                        children,
                        idleMillis,
                        TimeUnit.MILLISECONDS,
                        waiting,
                        threads,
                        (request, full) -> waiting.put(request));
        pool.prestartAllCoreThreads();
        spare =
                new ThreadPoolExecutor(
                        half(),
                        half(),
                        idleMillis,
                        TimeUnit.MILLISECONDS,
                        new LinkedBlockingQueue<>(),
                        threads);
        spare.allowCoreThreadTimeOut(true);
    }

    private Thread thread(Runnable work, String common, Runnable atStart) {
        String name = common.endsWith(PLAIN) ? common + number.incrementAndGet() : common;
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
    }

    /** Runs a request on a child. A request that fails is reported and does not end the child. */
    @Override
    public void execute(Runnable request) {
        if (isHogged()) {
            spare.execute(new Request(request, false, new AtomicInteger()));
        } else {
            pool.execute(new Request(request, false, busy));
        }
    }

    @Override
    public void executeInTurn(Runnable request) {
        pool.execute(new Request(request, true, busy));
    }

    private boolean isHogged() {
        return hogs.get() > 0 && busy.get() >= most;
    }

    @Override
    public void hogs(int change) {
        hogs.addAndGet(change);
    }

    /** Lets requests that came to wait behind a plugin that hangs go on; called now and then. */
    public void relieve() {
        if (!isHogged()) {
            return;
        }
        for (Runnable waits : waiting) {
            if (waits instanceof Request request && !request.inTurn() && waiting.remove(request)) {
                execute(request.work());
            }
        }
    }

    @Override
    public int most() {
        return most;
    }

    @Override
    public int half() {
        return Math.max(1, most / 2);
    }

    /** How many children there are. */
    public int size() {
        return pool.getPoolSize() + spare.getPoolSize();
    }

    /** How many requests wait for a child. */
    public int waiting() {
        return waiting.size() + spare.getQueue().size();
    }

    /** Ends the children; requests that wait are dropped. */
    @Override
    public void close() {
        pool.shutdownNow();
        spare.shutdownNow();
    }
}
