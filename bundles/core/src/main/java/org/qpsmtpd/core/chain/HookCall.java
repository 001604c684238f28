package org.qpsmtpd.core.chain;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call of a plugin that may take its time: waits for a child, runs there, or has answered that
 * the answer comes later. Either the call ends, or it is given up when its time is over; whoever is
 * first decides.
 */
final class HookCall {
    /** Where a call stands. */
    enum State {
        WAITING,
        RUNNING,
        PENDING,
        ENDED,
        GIVEN_UP
    }

    private final Link link;
    private final long deadline;
    private final long limitNanos;
    private State state = State.WAITING;
    private long began;
    private @Nullable Thread thread;

    HookCall(Link link) {
        this.link = link;
        int seconds = link.plugin().settings().deadlineSeconds(link.point());
        limitNanos = TimeUnit.SECONDS.toNanos(seconds);
        began = System.nanoTime();
        deadline = began + limitNanos;
    }

    Link link() {
        return link;
    }

    /** When the plugin was asked. */
    synchronized long began() {
        return began;
    }

    long limitSeconds() {
        return TimeUnit.NANOSECONDS.toSeconds(limitNanos);
    }

    boolean isOverdue(long now) {
        return now - deadline > 0;
    }

    /** A child takes the call; false when it was given up. */
    synchronized boolean begin(@Nullable Thread child) {
        if (state == State.GIVEN_UP) {
            return false;
        }
        began = System.nanoTime();
        thread = child;
        state = State.RUNNING;
        return true;
    }

    /** The plugin returned, and its answer comes later; false when the call was given up. */
    synchronized boolean returnPending() {
        return returned(State.PENDING);
    }

    /** The plugin's answer is there; false when the call was given up before. */
    synchronized boolean end() {
        return returned(State.ENDED);
    }

    private boolean returned(State next) {
        boolean mine = state != State.GIVEN_UP;
        if (mine) {
            state = next;
        } else if (thread != null) {
            var unused = Thread.interrupted(); // the interrupt was for this call
        }
        thread = null;
        return mine;
    }

    /**
     * Gives the call up, and interrupts it when it runs.
     *
     * @return where it stood; ENDED when it has ended already
     */
    synchronized State giveUp() {
        State before = state;
        if (before == State.ENDED || before == State.GIVEN_UP) {
            return State.ENDED;
        }
        state = State.GIVEN_UP;
        Thread busy = thread;
        if (busy != null) {
            busy.interrupt();
        }
        return before;
    }
}
