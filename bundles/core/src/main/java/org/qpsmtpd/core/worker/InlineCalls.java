package org.qpsmtpd.core.worker;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What an event loop's thread is doing in a plugin at this moment. The loop says when a call begins
 * and ends, which costs it a few ordinary writes; {@code LoopGuard} looks from time to time whether
 * a call does not come back.
 */
public final class InlineCalls {
    private final Thread loop;

    // Written by the loop's thread.
    private final AtomicReference<@Nullable Object> callee = new AtomicReference<>();
    private final AtomicLong number = new AtomicLong();
    private final AtomicLong beat = new AtomicLong();

    /** Set by the guard well before it interrupts, so that {@link #end} has seen it by then. */
    private volatile boolean suspected;

    private volatile boolean stuck;

    /**
     * Calls of a thread, which nobody watches until {@code LoopGuard} is told.
     *
     * @param loop the only thread that says what it does
     */
    public InlineCalls(Thread loop) {
        this.loop = loop;
    }

    /**
     * A call into a plugin begins. Calls do not nest: a second one ends the first. Nothing happens
     * on any other thread than the loop's.
     *
     * @param who whom {@code Overrun} is told about
     */
    public void begin(Object who) {
        if (Thread.currentThread() == loop) {
            number.setRelease(number.getPlain() + 1);
            callee.setRelease(who);
        }
    }

    /**
     * The call has come back, one way or the other. An interrupt that it left behind, the guard's
     * or its own, is taken back. Nothing happens on any other thread than the loop's.
     */
    public void end() {
        if (Thread.currentThread() != loop) {
            return;
        }
        callee.setRelease(null);
        if (suspected) {
            clear();
        }
        Thread.interrupted();
    }

    /** From here on the guard does not interrupt because of the call that has ended. */
    private synchronized void clear() {
        suspected = false;
        stuck = false;
    }

    /** Whether the calling thread is the loop's. */
    public boolean isHere() {
        return Thread.currentThread() == loop;
    }

    /** Whom the loop's thread is calling; null for nobody, and on any other thread. */
    public @Nullable Object callee() {
        return isHere() ? callee.getPlain() : null;
    }

    /** The loop has come round; to be called about once a second. */
    public void beat() {
        beat.setRelease(beat.getPlain() + 1);
    }

    /** Whether the loop does not come round. */
    public boolean isStuck() {
        return stuck;
    }

    /** How many calls have begun; changes with each. */
    long number() {
        return number.getAcquire();
    }

    /** Whom the loop's thread is calling, asked by any thread; null for nobody. */
    @Nullable Object anyCallee() {
        return callee.getAcquire();
    }

    /** How often the loop has come round. */
    long beats() {
        return beat.getAcquire();
    }

    Thread loop() {
        return loop;
    }

    void setStuck(boolean held) {
        stuck = held;
    }

    /** Says that a call lasts, and may be interrupted soon. */
    void suspect() {
        suspected = true;
        stuck = true;
    }

    /** Interrupts a call that was suspected, unless it has come back. */
    synchronized void interrupt(long call) {
        boolean same = number.getAcquire() == call;
        if (suspected && same && callee.getAcquire() != null) {
            loop.interrupt();
        }
    }
}
