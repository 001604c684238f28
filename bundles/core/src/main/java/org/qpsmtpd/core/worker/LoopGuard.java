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
    private static final long LOOK_MILLIS = 250;

    private final List<CallWatch> loops = new CopyOnWriteArrayList<>();
    private final Overrun overrun;
    private final Thread thread;

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
        loops.add(new CallWatch(calls));
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
        loops.removeIf(CallWatch::isOver);
        for (CallWatch calls : loops) {
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
