package org.qpsmtpd.store.file;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.ToLongFunction;
import org.qpsmtpd.store.form.StoreRules;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The entries of all stores of a server, and the time that they live by. */
final class Memory {
    private static final Logger LOG = LoggerFactory.getLogger(Memory.class);

    /** Each may take its share of the heap. */
    private static final int MOST_STORES = 64;

    private final Map<String, MemoryStore> stores = new ConcurrentSkipListMap<>();
    private final StoreTime time;
    private final long mostWeight;
    private final Readiness readiness;
    private volatile boolean isTimeSet;

    /**
     * @param mostWeight what the entries of one store may take on the heap
     */
    Memory(StoreTime time, long mostWeight, Readiness readiness) {
        this.time = time;
        this.mostWeight = mostWeight;
        this.readiness = readiness;
    }

    MemoryStore open(String name) {
        MemoryStore known = stores.get(StoreRules.name(name));
        if (known != null) {
            return known;
        }
        if (stores.size() >= MOST_STORES) {
            throw new IllegalStateException(
                    "a server has at most " + MOST_STORES + " stores, " + name + " is one more");
        }
        return stores.computeIfAbsent(name, n -> new MemoryStore(n, time, readiness, mostWeight));
    }

    List<String> names() {
        return List.copyOf(stores.keySet());
    }

    long sum(ToLongFunction<MemoryStore> figure) {
        return stores.values().stream().mapToLong(figure).sum();
    }

    /**
     * Takes over what a file has.
     *
     * @throws StoreFile.Damaged when it cannot be read to its end
     */
    void load(Path path, StoreFile file) throws StoreFile.Damaged {
        time.resume(file.ahead());
        int[] unread = new int[1];
        file.read(path, batch -> unread[0] += isLoaded(batch) ? 0 : 1);
        if (unread[0] > 0) {
            changeAll();
            LOG.error("stores: {} parts of {} are damaged and left out", unread[0], path);
        }
    }

    private boolean isLoaded(byte[] batch) {
        String name = Batch.store(batch);
        return !name.isEmpty() && Batch.read(batch, open(name)::load);
    }

    /** Forgets what was taken over of a file that turned out to be damaged. */
    void clear() {
        stores.values().forEach(MemoryStore::clear);
    }

    boolean isChanged() {
        return isTimeSet || stores.values().stream().anyMatch(MemoryStore::isChanged);
    }

    /** All is to be written anew. */
    void changeAll() {
        stores.values().forEach(MemoryStore::changeAll);
    }

    /** Takes out what has ended, and notices when the clock was set. */
    void tend() {
        long step = time.follow();
        if (step != 0) {
            isTimeSet = true;
            LOG.warn(
                    "stores: the clock was set by {} s; entries end as if it had not been",
                    step / 1000);
        }
        stores.values().forEach(MemoryStore::expire);
    }

    /** Writes what has changed. */
    void save(StoreFile file) {
        isTimeSet = false;
        file.ahead(time.ahead());
        if (file.isLong() || stores.values().stream().anyMatch(MemoryStore::isAllChanged)) {
            fold(file);
        } else {
            for (MemoryStore store : stores.values()) {
                store.takeChanges(file);
            }
        }
        file.commit();
    }

    private void fold(StoreFile file) {
        long first = file.beginFold();
        for (MemoryStore store : stores.values()) {
            store.takeAll(file);
        }
        file.fold(first);
    }
}
