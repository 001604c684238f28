package org.qpsmtpd.dns.lookup;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.qpsmtpd.dns.transport.Loop;

/**
 * What a purpose may have on its way at once, and who waits for that. Belongs to the loop, but for
 * the figures.
 */
final class Share {
    private final Loop loop;
    private final int mostAtWork;
    private final int mostWaiting;
    private final Deque<LookUp> queue = new ArrayDeque<>();
    private final AtomicInteger atWork = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();

    Share(Loop loop, int mostAtWork, int mostWaiting) {
        this.loop = loop;
        this.mostAtWork = mostAtWork;
        this.mostWaiting = mostWaiting;
    }

    /** Takes a look-up in; false when there is no room even to wait. */
    boolean admit(LookUp lookUp) {
        if (atWork.get() < mostAtWork) {
            setToWork(lookUp);
            return true;
        }
        if (queue.size() >= mostWaiting) {
            return false;
        }
        queue.add(lookUp);
        waiting.set(queue.size());
        return true;
    }

    /** Later, so that one that fails at once does not begin the next one within its own end. */
    private void setToWork(LookUp lookUp) {
        atWork.incrementAndGet();
        lookUp.setToWork();
        loop.execute(lookUp::begin);
    }

    /** One that was taken in is over, whether its turn had come or not. */
    void over(LookUp lookUp) {
        if (lookUp.isAtWork()) {
            atWork.decrementAndGet();
            LookUp next = queue.poll();
            if (next != null) {
                setToWork(next);
            }
        } else {
            queue.remove(lookUp);
        }
        waiting.set(queue.size());
    }

    int atWork() {
        return atWork.get();
    }

    int waiting() {
        return waiting.get();
    }
}
