package org.qpsmtpd.smtpclient;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sweeps all pools once a second, with one thread that is there as long as there are any. */
final class Sweeper {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final Sweeper OF_ALL = new Sweeper();

    private final Set<Swept> pools = ConcurrentHashMap.newKeySet();
    private @Nullable ScheduledExecutorService watch;

    /** What is swept. */
    interface Swept {
        /** Closes what is late, and what has been idle too long. */
        void sweep(long now);
    }

    private Sweeper() {}

    static Sweeper ofAll() {
        return OF_ALL;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "smtp client watch");
        thread.setDaemon(true);
        return thread;
    }

    synchronized void add(Swept pool) {
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
        pools.forEach(pool -> sweep(pool, now));
    }

    /** Whatever becomes of one of them, the others are swept, also the next time. */
    private static void sweep(Swept pool, long now) {
        try {
            pool.sweep(now);
        } catch (RuntimeException e) {
            LOG.error("connections to a next hop could not be looked after", e);
        }
    }

    synchronized void remove(Swept pool) {
        pools.remove(pool);
        ScheduledExecutorService begun = watch;
        if (pools.isEmpty() && begun != null) {
            begun.shutdown();
            watch = null;
        }
    }
}
