package org.qpsmtpd.core.chain;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A plugin's share of the children: so many of its calls may hold one at a time, so that a plugin
 * that hangs leaves the others theirs. Further calls wait here, without a child.
 */
final class Share {
    private final AtomicInteger taken = new AtomicInteger();
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    /** Takes a place if there is one. */
    boolean tryTake(int most) {
        int now = taken.get();
        while (now < most) {
            if (taken.compareAndSet(now, now + 1)) {
                return true;
            }
            now = taken.get();
        }
        return false;
    }

    /** Runs a request on a child as soon as there is a place; the request gives it back. */
    void submit(Executor children, int most, Runnable request) {
        if (tryTake(most)) {
            children.execute(request);
            return;
        }
        waiting.add(request);
        startWaiting(children, most);
    }

    /** Gives a place back; the next that waits gets it. */
    void giveBack(Executor children, int most) {
        Runnable next = waiting.poll();
        if (next != null) {
            children.execute(next);
            return;
        }
        taken.decrementAndGet();
        startWaiting(children, most);
    }

    /** A place may have come free between the look at it and the look at the queue. */
    private void startWaiting(Executor children, int most) {
        while (!waiting.isEmpty() && tryTake(most)) {
            Runnable next = waiting.poll();
            if (next != null) {
                children.execute(next);
                return;
            }
            taken.decrementAndGet();
        }
    }

    /** How many calls hold a child. */
    int taken() {
        return taken.get();
    }
}
