package org.qpsmtpd.core.log;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written, in the order in which it was said. Anybody may add something, without a
 * lock and without waiting; one thread at a time takes it out. What there is no room for is left
 * out and counted, urgent things last.
 *
 * <p>While things keep coming, the thread that takes them looks every few milliseconds, which costs
 * those who add them nothing; they wake it only after a pause, and for what is urgent.
 */
final class LogQueue {
    private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Queue<Item> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong octets = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final long most;
    private final long mostUsual;
    private volatile @Nullable Thread taker;
    private volatile boolean asleep;

    private record Item(Object what, long octets) {}

    /**
     * @param most octets of memory that may wait, about; a quarter of it is for what is urgent
     */
    LogQueue(long most) {
        this.most = most;
        mostUsual = most / 4 * 3;
    }

    /**
     * Adds something, unless there is no room; then it is counted.
     *
     * @param size about how many octets of memory it takes
     */
    void offer(Object what, long size, boolean urgent) {
        if (octets.addAndGet(size) > (urgent ? most : mostUsual)) {
            octets.addAndGet(-size);
            lost.incrementAndGet();
            return;
        }
        add(new Item(what, size), urgent);
    }

    /** Adds something that takes no memory to speak of; it is taken out soon. */
    void addMark(Object mark) {
        add(new Item(mark, 0), true);
    }

    private void add(Item item, boolean urgent) {
        waiting.add(item);
        if (asleep || urgent) {
            asleep = false;
            LockSupport.unpark(taker);
        }
    }

    /** From now on this thread takes things out. */
    void takenBy(Thread thread) {
        taker = thread;
    }

    /** Waits for the next thing and takes it out; null when the thread was woken for nothing. */
    @Nullable Object take() {
        Item next = waiting.poll();
        if (next == null) {
            LockSupport.parkNanos(NAP_NANOS);
            next = waiting.poll();
        }
        if (next == null) {
            asleep = true;
            next = waiting.poll();
            if (next == null) {
                LockSupport.park();
                next = waiting.poll();
            }
            asleep = false;
        }
        if (next == null) {
            return null;
        }
        octets.addAndGet(-next.octets());
        return next.what();
    }

    /** Whether most of the room is free. */
    boolean hasRoom() {
        return octets.get() <= most / 2;
    }

    /** Counts something that nobody could take. */
    void countLost() {
        lost.incrementAndGet();
    }

    /** How many things were left out since this was asked last. */
    long lostSinceAsked() {
        return lost.get() == 0 ? 0 : lost.getAndSet(0);
    }
}
