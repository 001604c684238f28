package org.qpsmtpd.core.chain;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.core.worker.ChildPool;

/**
 * What a plugin holds of the children. A plugin whose calls hold more than half says so, and what
 * it asks for beyond has to wait its turn, while the requests of the others need not. When it holds
 * them all, further calls wait here, without a child: at most one for each session. Calls that only
 * tell it something hold half of the children at most, and only some of them wait.
 */
final class Share {
    /** How many answers wait to be told to a plugin. */
    static final int MOST_NOTICES = 256;

    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicLong missed = new AtomicLong();
    private final AtomicLong saidAt = new AtomicLong(System.nanoTime() - SILENT_NANOS);
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> notices = new LinkedBlockingQueue<>(MOST_NOTICES);

    /** Takes a place if there is one. */
    boolean tryTake(ChildPool children) {
        return tryTake(children, children.most());
    }

    private boolean tryTake(ChildPool children, int limit) {
        int now = taken.get();
        while (now < limit) {
            if (taken.compareAndSet(now, now + 1)) {
                if (now == children.half()) {
                    children.hogs(1);
                }
                return true;
            }
            now = taken.get();
        }
        return false;
    }

    /** Runs a request on a child as soon as there is a place; the request gives it back. */
    void submit(ChildPool children, Runnable request) {
        if (tryTake(children)) {
            start(children, request);
            return;
        }
        waiting.add(request);
        startWaiting(children);
    }

    /**
     * Runs a request that only tells something; it gives its place back.
     *
     * @return false when too many wait already; then it is never run
     */
    boolean submitNotice(ChildPool children, Runnable request) {
        if (tryTake(children, children.half())) {
            start(children, request);
            return true;
        }
        boolean kept = notices.offer(request);
        startWaiting(children);
        return kept;
    }

    /**
     * Counts a notice that the plugin does not get.
     *
     * @return how many there were since this last told; 0 when it is not yet time to tell
     */
    long miss(long now) {
        missed.incrementAndGet();
        long said = saidAt.get();
        boolean due = now - said >= SILENT_NANOS && saidAt.compareAndSet(said, now);
        return due ? missed.getAndSet(0) : 0;
    }

    /** Nobody waits for a request any more; it is forgotten unless it has begun. */
    void withdraw(@Nullable Runnable request) {
        if (request != null && !waiting.remove(request)) {
            notices.remove(request);
        }
    }

    private void start(ChildPool children, Runnable request) {
        try {
            if (taken.get() > children.half()) {
                children.executeInTurn(request);
            } else {
                children.execute(request);
            }
        } catch (RuntimeException | Error e) {
            release(children);
            throw e;
        }
    }

    /** Gives a place back; the next that waits gets it. */
    void giveBack(ChildPool children) {
        Runnable next = waiting.poll();
        if (next != null) {
            start(children, next);
            return;
        }
        release(children);
        startWaiting(children);
    }

    private void release(ChildPool children) {
        if (taken.decrementAndGet() == children.half()) {
            children.hogs(-1);
        }
    }

    /** A place may have come free between the look at it and the look at the queue. */
    private void startWaiting(ChildPool children) {
        if (!startOne(children, waiting, children.most())) {
            startOne(children, notices, children.half());
        }
    }

    private boolean startOne(ChildPool children, Queue<Runnable> queue, int limit) {
        while (!queue.isEmpty() && tryTake(children, limit)) {
            @Nullable Runnable next = queue.poll();
            if (next != null) {
                start(children, next);
                return true;
            }
            release(children);
        }
        return false;
    }

    /** How many calls hold a child. */
    int taken() {
        return taken.get();
    }
}
