package org.qpsmtpd.store.redis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.store.form.OpenStores;

/** A process that changes entries of a store on Redis, with many changes on their way. */
public final class RedisLoad {
    private static final long WARM_UP_SECONDS = 4;
    private static final int KEYS = 100_000;
    private static final int ON_THEIR_WAY = 512;
    private static final Duration LIFE = Duration.ofHours(1);

    private final Store store;
    private final Semaphore places = new Semaphore(ON_THEIR_WAY);
    private final AtomicLong failed = new AtomicLong();

    private RedisLoad(Store store) {
        this.store = store;
    }

    /**
     * {@code ADDRESS SECONDS}: prints how many changes were made, and how many after warming up.
     * Without arguments: prints the script that makes a change.
     */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length == 0) {
            System.out.println(Scripts.ADD);
            return;
        }
        OpenStores stores = new RedisForm().open(new Nowhere(), arguments[0]);
        RedisLoad load = new RedisLoad(stores.open("karma"));
        long before = load.write(WARM_UP_SECONDS);
        long measured = load.write(Long.parseLong(arguments[1]));
        System.out.println(before + measured + " " + measured);
        System.exit(0); // its threads are those of a server that goes on
    }

    private long write(long seconds) throws InterruptedException {
        long begin = System.nanoTime();
        long updates = 0;
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(seconds)) {
            places.acquire();
            var unused =
                    store.add("192.0.2." + updates++ % KEYS, 1, LIFE).whenComplete(this::counted);
        }
        places.acquire(ON_THEIR_WAY);
        places.release(ON_THEIR_WAY);
        if (failed.get() > 0) {
            throw new IllegalStateException(failed + " changes failed");
        }
        return updates;
    }

    private void counted(Long sum, Throwable fault) {
        failed.addAndGet(fault == null ? 0 : 1);
        places.release();
    }

    private record Nowhere() implements ServerHome {
        @Override
        public String name() {
            return "bench";
        }

        @Override
        public List<Path> configDirectories() {
            return List.of();
        }

        @Override
        public Path state(String owner) {
            throw new UnsupportedOperationException("nothing is kept in files");
        }

        @Override
        public Config config() {
            throw new UnsupportedOperationException("no configuration is read");
        }
    }
}
