package org.qpsmtpd.core.chain;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs what a plugin does when it starts, which may never end, on a thread of its own. */
public final class TimeLimit {
    public static final long SECONDS = 10;

    private TimeLimit() {}

    /**
     * Waits for the work, within the limit; then it is interrupted and left alone.
     *
     * @throws PluginFault when it fails or takes too long
     */
    public static <T> T within(Callable<T> work) throws PluginFault {
        return within(SECONDS, "it did not become ready", work);
    }

    /**
     * The same within another limit.
     *
     * @param late what the fault says when the limit is reached, without the time
     */
    public static <T> T within(long seconds, String late, Callable<T> work) throws PluginFault {
        FutureTask<T> task = new FutureTask<>(work);
        try {
            Aside.start("plugin-start", task);
            return task.get(seconds, TimeUnit.SECONDS);
        } catch (OutOfMemoryError e) {
            throw PluginFault.passing("the system gives no thread to start it on");
        } catch (TimeoutException e) {
            task.cancel(true);
            throw new PluginFault(late + " within " + seconds + " seconds");
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
