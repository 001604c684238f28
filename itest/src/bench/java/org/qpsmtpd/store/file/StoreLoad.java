package org.qpsmtpd.store.file;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.service.Store;

/** A process that changes entries of a store in a file, and one that reads what was kept. */
public final class StoreLoad {
    private static final int KEYS = 100_000;
    private static final int MARKED = 100;
    private static final long SLICE_NANOS = 1_000_000;
    private static final Duration LIFE = Duration.ofHours(1);

    private final Store store;
    private long updates;

    private StoreLoad(Store store) {
        this.store = store;
    }

    /**
     * {@code write FOLDER RATE SECONDS}: changes entries, as many a second or (0) as can be, and
     * prints how many; without end when the seconds are 0. {@code read FOLDER}: prints when the
     * last change was made that was kept, in milliseconds of the epoch.
     */
    public static void main(String[] arguments) {
        StoreTime time = new StoreTime(System::currentTimeMillis, System::nanoTime);
        Path folder = Path.of(arguments[1]);
        try (FileStores stores =
                new FileStores(new Home(folder), FileSetting.parse("file"), time)) {
            Store store = stores.open("karma");
            if (arguments[0].equals("read")) {
                System.out.println(wait(store.get("written")).orElse("0"));
            } else {
                wait(store.size());
                int rate = Integer.parseInt(arguments[2]);
                System.out.println(new StoreLoad(store).write(rate, Long.parseLong(arguments[3])));
            }
        }
    }

    private static <T> T wait(CompletionStage<T> answer) {
        return answer.toCompletableFuture().join();
    }

    private long write(int rate, long seconds) {
        long begin = System.nanoTime();
        while (seconds == 0 || System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(seconds)) {
            long due = (System.nanoTime() - begin) * rate / TimeUnit.SECONDS.toNanos(1);
            if (rate == 0) {
                update(MARKED);
            } else if (updates < due) {
                update(due - updates);
            } else {
                LockSupport.parkNanos(SLICE_NANOS);
            }
        }
        return updates;
    }

    private void update(long count) {
        for (long i = 0; i < count; i++) {
            var unused = store.add("192.0.2." + updates++ % KEYS, 1, LIFE);
        }
        var unused = store.set("written", Long.toString(System.currentTimeMillis()), LIFE);
    }

    private record Home(Path folder) implements ServerHome {
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
            return folder;
        }

        @Override
        public Config config() {
            throw new UnsupportedOperationException("no configuration is read");
        }
    }
}
