package org.qpsmtpd.core.chain;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs what a plugin does when it starts, which may never end, on a thread of its own. */
final class TimeLimit {
    static final long SECONDS = 10;

    private TimeLimit() {}

    /**
     * Waits for the work, within the limit; then it is interrupted and left alone.
     *
     * @throws PluginFault when it fails or takes too long
     */
    static <T> T within(Callable<T> work) throws PluginFault {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "plugin-start");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw new PluginFault("it did not become ready within " + SECONDS + " seconds");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new PluginFault(sentence(cause == null ? e : cause));
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw new PluginFault("interrupted while it was started");
        }
    }

    private static String sentence(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getName() : message;
    }
}
