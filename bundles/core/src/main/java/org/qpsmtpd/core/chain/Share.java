package org.qpsmtpd.core.chain;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.qpsmtpd.core.worker.ChildPool;

/**
 * What a plugin holds of the children. A plugin whose calls hold more than half says so, and what
 * it asks for beyond has to wait its turn, while the requests of the others need not. When it holds
 * them all, further calls wait here, without a child.
 */
final class Share {
    private final AtomicInteger taken = new AtomicInteger();
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    /** Takes a place if there is one. */
    boolean tryTake(ChildPool children) {
        int now = taken.get();
        while (now < children.most()) {
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

    private void start(ChildPool children, Runnable request) {
        if (taken.get() > children.half()) {
            children.executeInTurn(request);
        } else {
            children.execute(request);
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
        while (!waiting.isEmpty() && tryTake(children)) {
            Runnable next = waiting.poll();
            if (next != null) {
                start(children, next);
                return;
            }
            release(children);
        }
    }

    /** How many calls hold a child. */
    int taken() {
        return taken.get();
    }
}
