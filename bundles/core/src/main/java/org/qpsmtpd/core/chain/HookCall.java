package org.qpsmtpd.core.chain;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call of a plugin that may take its time: waits for a child, runs there, or has answered that
 * the answer comes later. Either the call ends, or it is given up when its time is over; whoever is
 * first decides.
 */
final class HookCall {
    /** The call that runs on a thread, for the settings that it asks other plugins for. */
    private static final ThreadLocal<@Nullable HookCall> CURRENT = new ThreadLocal<>();

    /** Where a call stands. */
    enum State {
        WAITING,
        RUNNING,
        PENDING,
        ENDED,
        GIVEN_UP
    }

    private final Link link;
    private volatile boolean placed;
    private final long deadline;
    private final long limitNanos;
    private volatile @Nullable Runnable request;
    private volatile @Nullable Link supplier;
    private volatile long suppliesSince;
    private State state = State.WAITING;
    private long began;
    private @Nullable Thread thread;

    /** A call that takes one of its plugin's places among the children. */
    HookCall(Link link) {
        this(link, true);
    }

    private HookCall(Link link, boolean placed) {
        this.link = link;
        this.placed = placed;
        int seconds = link.plugin().settings().deadlineSeconds(link.point());
        limitNanos = TimeUnit.SECONDS.toNanos(seconds);
        began = System.nanoTime();
        deadline = began + limitNanos;
    }

    /** A call that runs where another one has ended, without a place of its own. */
    static HookCall withoutPlace(Link link) {
        return new HookCall(link, false);
    }

    Link link() {
        return link;
    }

    /** Whether it holds one of its plugin's places once it has begun. */
    boolean isPlaced() {
        return placed;
    }

    /** Its plugin's place has been taken for it once more, to go on with it. */
    void takesPlace() {
        placed = true;
    }

    /** Lets its place go; false when it has none. */
    boolean leavesPlace() {
        boolean had = placed;
        placed = false;
        return had;
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

    /** What runs the call once there is a child. */
    void waitsAs(Runnable waiting) {
        request = waiting;
    }

    @Nullable Runnable request() {
        return request;
    }

    /** The call that the calling thread runs; null for none. */
    static @Nullable HookCall current() {
        return CURRENT.get();
    }

    /** Marks the calling thread as running a call; null as running none. */
    static void enter(@Nullable HookCall call) {
        CURRENT.set(call);
    }

    /** Waits for a setting from another plugin from here on; null for no longer. */
    void asks(@Nullable Link plugin) {
        suppliesSince = System.nanoTime();
        supplier = plugin;
    }

    /** For how long that has been waited for, in nanoseconds. */
    long suppliesFor(long now) {
        return now - suppliesSince;
    }

    /** The plugin that a setting is waited for from; null for none. */
    @Nullable Link supplier() {
        return supplier;
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

    /** The answer is to be made by the plugin's code; false when the call was given up. */
    synchronized boolean resume(Thread where) {
        if (state != State.PENDING) {
            return false;
        }
        thread = where;
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
