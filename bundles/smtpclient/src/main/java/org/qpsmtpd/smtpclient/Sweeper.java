package org.qpsmtpd.smtpclient;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sweeps all pools once a second, with one thread that is there as long as there are any. */
final class Sweeper {
    private static final Sweeper OF_ALL = new Sweeper();

    private final Set<ConnectionPool> pools = ConcurrentHashMap.newKeySet();
    private @Nullable ScheduledExecutorService watch;

    private Sweeper() {}

    static Sweeper ofAll() {
        return OF_ALL;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "smtp client watch");
        thread.setDaemon(true);
        return thread;
    }

    synchronized void add(ConnectionPool pool) {
        pools.add(pool);
        if (watch == null) {
            ScheduledExecutorService begun =
                    Executors.newSingleThreadScheduledExecutor(Sweeper::thread);
            var unused = begun.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
            watch = begun;
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        pools.forEach(pool -> pool.sweep(now));
    }

    synchronized void remove(ConnectionPool pool) {
        pools.remove(pool);
        ScheduledExecutorService begun = watch;
        if (pools.isEmpty() && begun != null) {
            begun.shutdown();
            watch = null;
        }
    }
}
