package org.qpsmtpd.runtime.felix.container;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.logging.Logger;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.qpsmtpd.runtime.felix.report.OneLine;

/**
 * Starts the bundles of plugins, one after the other, each within a time limit: one that hangs
 * keeps its thread, and the others get a new one. Neither that one nor one that fails keeps the
 * server from starting.
 */
public final class PluginStarts implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PluginStarts.class.getName());
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final long LOOK_MILLIS = 100;

    private final BooleanSupplier stopAsked;
    private ExecutorService thread = thread();

    /**
     * Starts nothing yet.
     *
     * @param stopAsked whether no plugin is to be waited for any longer
     */
    PluginStarts(BooleanSupplier stopAsked) {
        this.stopAsked = stopAsked;
    }

    private static ExecutorService thread() {
        return Executors.newSingleThreadExecutor(
                work -> {
                    Thread thread = new Thread(work, "plugin bundles");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Starts a bundle; says so when it fails or takes too long. */
    void start(Bundle plugin) throws InterruptedException {
        CompletableFuture<Void> started = new CompletableFuture<>();
        thread.execute(() -> start(plugin, started));
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!isDone(plugin, started)) {
            boolean late = System.nanoTime() - end > 0;
            if (late) {
                LOG.warning(
                        "plugin bundle "
                                + plugin.getSymbolicName()
                                + " does not start within "
                                + LIMIT.toSeconds()
                                + " seconds, it is left out");
            }
            if (late || stopAsked.getAsBoolean()) {
                thread.shutdownNow();
                thread = thread();
                return;
            }
        }
    }

    private static void start(Bundle plugin, CompletableFuture<Void> started) {
        try {
            BundleStarter.start(plugin);
            started.complete(null);
        } catch (Throwable e) { // a bundle may throw anything
            started.completeExceptionally(e);
        }
    }

    private static boolean isDone(Bundle plugin, CompletableFuture<Void> started)
            throws InterruptedException {
        try {
            started.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            String reason =
                    e.getCause() instanceof BundleException failure
                            ? BundleStarter.reason(failure)
                            : OneLine.reason(e);
            LOG.warning("plugin bundle " + plugin.getSymbolicName() + " does not start: " + reason);
            return true;
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
