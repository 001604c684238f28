package org.qpsmtpd.core.worker;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The workers that run hooks which may wait. Up to {@code --children} at once; {@code
 * --idle-children} stay when there is nothing to do, the others end after a while. A child serves a
 * request, not a connection, so a silent client holds none. Requests beyond that wait in order;
 * there is at most one for each connection.
 *
 * <p>When all are busy and one plugin holds more than half of them, as one does that hangs, there
 * are up to half as many again for the requests of the others.
 *
 * <p>When the system gives no thread for a further child, requests wait for those that live, and
 * each {@link #relieve} tries again. No request is lost by it.
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
    private volatile Consumer<String> report = line -> {};
    private volatile boolean lacking;
    private boolean told;

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
        startIdleOnes();
        spare =
                new ThreadPoolExecutor(
                        half(),
                        half(),
                        idleMillis,
                        TimeUnit.MILLISECONDS,
                        new LinkedBlockingQueue<>(),
                        threads,
                        (request, ended) -> waiting.put(request));
        spare.allowCoreThreadTimeOut(true);
    }

    private void startIdleOnes() {
        try {
            pool.prestartAllCoreThreads();
        } catch (OutOfMemoryError e) {
            lacking = true;
        }
    }

    /** Takes the lines that tell that threads are lacking, and that they are there again. */
    public void onLack(Consumer<String> lines) {
        report = lines;
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
            hand(spare, new Request(request, false, new AtomicInteger()));
        } else {
            hand(pool, new Request(request, false, busy));
        }
    }

    @Override
    public void executeInTurn(Runnable request) {
        hand(pool, new Request(request, true, busy));
    }

    /** A pool that needs a thread for the request and gets none throws it away. */
    private void hand(ThreadPoolExecutor to, Runnable request) {
        try {
            to.execute(request);
        } catch (OutOfMemoryError e) {
            lacking = true;
            if (!to.getQueue().contains(request)) {
                (to.getPoolSize() > 0 ? to.getQueue() : waiting).add(request);
            }
        }
    }

    private boolean isHogged() {
        return hogs.get() > 0 && busy.get() >= most;
    }

    @Override
    public void hogs(int change) {
        hogs.addAndGet(change);
    }

    /**
     * Lets requests go on that came to wait behind a plugin that hangs, or for a thread; called now
     * and then by one thread at a time.
     */
    public void relieve() {
        if (isHogged()) {
            for (Runnable waits : List.copyOf(waiting)) {
                if (waits instanceof Request request
                        && !request.inTurn()
                        && waiting.remove(request)) {
                    execute(request.work());
                }
            }
        }
        if (lacking && canHaveThreads()) {
            lacking = false;
            hireForWaiting();
        }
        tell();
    }

    private static boolean canHaveThreads() {
        try {
            new Thread(() -> {}, "child trial").start();
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    private void hireForWaiting() {
        startIdleOnes();
        while (!lacking && pool.getPoolSize() < most) {
            @Nullable Runnable request = waiting.poll();
            if (request == null) {
                return;
            }
            hand(pool, request);
        }
    }

    private void tell() {
        boolean lacks = lacking;
        if (lacks != told) {
            told = lacks;
            report.accept(
                    lacks
                            ? "the system gives no thread for a further child: "
                                    + size()
                                    + " children go on, requests wait for them"
                            : "there are threads for children again");
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
