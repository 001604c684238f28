package org.qpsmtpd.core.worker;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Watches over the event loops. A plugin that is called on a loop must not wait there; when one
 * does for more than a second, somebody is told, and the loop's thread is interrupted each second
 * until the plugin comes back.
 */
public final class LoopGuard implements AutoCloseable {
    static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A loop comes round once a second; without that for so long it is held up by something. */
    static final long SILENT_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);

    private static final long LOOK_MILLIS = 250;

    private final List<InlineCalls> loops = new CopyOnWriteArrayList<>();
    private final Overrun overrun;
    private final Thread thread;

    /** Is told about a call that takes too long. */
    @FunctionalInterface
    public interface Overrun {
        /**
         * A call has held up an event loop; told once for each call, on the guard's thread.
         *
         * @param who what {@link InlineCalls#begin} was given
         * @param loop the thread that is held up
         * @param millis for how long so far
         */
        void overran(Object who, Thread loop, long millis);
    }

    /** A guard that runs until it is closed. */
    public LoopGuard(Overrun overrun) {
        this("", overrun);
    }

    /**
     * A guard of one of several servers, which runs until it is closed.
     *
     * @param prefix how the name of its thread begins
     */
    public LoopGuard(String prefix, Overrun overrun) {
        this.overrun = overrun;
        thread = new Thread(this::run, prefix + "loop-guard");
        thread.setDaemon(true);
        thread.start();
    }

    /** Watches one more loop, until its thread ends. */
    public void watch(InlineCalls calls) {
        loops.add(calls);
    }

    private void run() {
        long last = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
            long now = System.nanoTime();
            look(Math.min(now - last, TimeUnit.MILLISECONDS.toNanos(2 * LOOK_MILLIS)));
            last = now;
        }
    }

    private void look(long elapsed) {
        loops.removeIf(InlineCalls::isOver);
        for (InlineCalls calls : loops) {
            try {
                calls.look(elapsed, overrun);
            } catch (RuntimeException | LinkageError e) {
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
        }
    }

    /** Ends the watch. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
