package org.qpsmtpd.store.file;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoreFailure;
import org.qpsmtpd.api.service.StoredValue;
import org.qpsmtpd.store.form.StoreRules;

/** A store whose entries are in memory; what changed is taken from it and written elsewhere. */
final class MemoryStore implements Store {
    private static final int SHARDS = 32;
    private static final int EXPIRED_AT_ONCE = 500;

    /** Tries of an update whose key others change in the meantime. */
    private static final int MOST_TRIES = 10_000;

    private final String name;
    private final StoreTime time;
    private final Readiness readiness;
    private final Shard[] shards = new Shard[SHARDS];

    /**
     * @param mostWeight what its entries may take on the heap, roughly
     */
    MemoryStore(String name, StoreTime time, Readiness readiness, long mostWeight) {
        this.name = name;
        this.time = time;
        this.readiness = readiness;
        for (int i = 0; i < SHARDS; i++) {
            shards[i] = new Shard(Math.max(1, mostWeight / SHARDS));
        }
    }

    @Override
    public CompletionStage<Optional<String>> get(String key) {
        StoreRules.key(key);
        return answer(() -> Optional.ofNullable(shard(key).get(key, time.now())).map(e -> e.value));
    }

    @Override
    @SuppressWarnings("NullAway") // CompletionStage<Void> can only be completed with null
    public CompletionStage<Void> set(String key, String value, Duration life) {
        int octets = StoreRules.key(key) + StoreRules.value(value);
        long millis = StoreRules.millis(life);
        return answer(
                () -> {
                    shard(key).put(new Entry(key, value, time.now() + millis, octets));
                    return null;
                });
    }

    @Override
    public CompletionStage<Optional<String>> update(
            String key, UnaryOperator<Optional<StoredValue>> change) {
        int octets = StoreRules.key(key);
        return answer(() -> changed(key, octets, change));
    }

    private Optional<String> changed(
            String key, int keyOctets, UnaryOperator<Optional<StoredValue>> change) {
        Shard shard = shard(key);
        for (int i = 0; i < MOST_TRIES; i++) {
            long now = time.now();
            Entry present = shard.get(key, now);
            Optional<StoredValue> next = change.apply(stored(present, now));
            if (shard.change(key, present, entry(key, keyOctets, next), now)) {
                return next.map(StoredValue::value);
            }
        }
        throw new StoreFailure(
                "the store " + name + " could not change a key: others change it all the time",
                null);
    }

    private @Nullable Entry entry(String key, int keyOctets, Optional<StoredValue> stored) {
        if (stored.isEmpty()) {
            return null;
        }
        String value = stored.get().value();
        long end = time.now() + StoreRules.millis(stored.get().life());
        return new Entry(key, value, end, keyOctets + StoreRules.value(value));
    }

    private static Optional<StoredValue> stored(@Nullable Entry entry, long now) {
        return entry == null
                ? Optional.empty()
                : Optional.of(new StoredValue(entry.value, Duration.ofMillis(entry.end - now)));
    }

    @Override
    public CompletionStage<Long> add(String key, long amount, Duration life) {
        int octets = StoreRules.key(key);
        long millis = StoreRules.millis(life);
        return answer(() -> sum(key, octets, amount, millis));
    }

    private long sum(String key, int keyOctets, long amount, long millis) {
        Shard shard = shard(key);
        while (true) {
            long now = time.now();
            Entry present = shard.get(key, now);
            long number = present == null ? 0 : StoreRules.number(present.value);
            long sum = StoreRules.sum(number, amount);
            String value = Long.toString(sum);
            long end = present == null ? now + millis : present.end;
            Entry next = new Entry(key, value, end, keyOctets + value.length());
            if (shard.change(key, present, next, now)) {
                return sum;
            }
        }
    }

    @Override
    public CompletionStage<Boolean> delete(String key) {
        StoreRules.key(key);
        return answer(
                () -> {
                    Entry removed = shard(key).remove(key);
                    return removed != null && removed.end > time.now();
                });
    }

    @Override
    @SuppressWarnings("NullAway") // CompletionStage<Void> can only be completed with null
    public CompletionStage<Void> scan(BiPredicate<String, String> visitor) {
        return answer(
                () -> {
                    scanned(visitor);
                    return null;
                });
    }

    private void scanned(BiPredicate<String, String> visitor) {
        for (Shard shard : shards) {
            for (Entry entry : shard.living(time.now())) {
                if (!visitor.test(entry.key, entry.value)) {
                    return;
                }
            }
        }
    }

    @Override
    public CompletionStage<Long> deleteIf(BiPredicate<String, String> condition) {
        return answer(
                () -> {
                    long deleted = 0;
                    for (Shard shard : shards) {
                        deleted += deletedOf(shard, condition);
                    }
                    return deleted;
                });
    }

    /** What was changed since it was looked at is looked at once more by the next call. */
    private long deletedOf(Shard shard, BiPredicate<String, String> condition) {
        long deleted = 0;
        for (Entry entry : shard.living(time.now())) {
            if (condition.test(entry.key, entry.value)
                    && shard.change(entry.key, entry, null, time.now())) {
                deleted++;
            }
        }
        return deleted;
    }

    @Override
    public CompletionStage<Long> size() {
        return answer(this::entries);
    }

    long entries() {
        long entries = 0;
        for (Shard shard : shards) {
            entries += shard.size();
        }
        return entries;
    }

    /** What the entries take on the heap, roughly. */
    long weight() {
        long weight = 0;
        for (Shard shard : shards) {
            weight += shard.weight();
        }
        return weight;
    }

    /** How many entries had to make room for others. */
    long displaced() {
        long displaced = 0;
        for (Shard shard : shards) {
            displaced += shard.displaced();
        }
        return displaced;
    }

    /** Forgets all without noting it. */
    void clear() {
        for (Shard shard : shards) {
            shard.clear();
        }
    }

    /** Takes over what the file has of a key; null says that it is gone. */
    void load(String key, @Nullable Entry entry) {
        shard(key).load(key, entry);
    }

    /** Takes out entries whose life is over, some of each shard at a time. */
    void expire() {
        long now = time.now();
        for (Shard shard : shards) {
            boolean isMore = true;
            while (isMore) {
                isMore = shard.expire(now, EXPIRED_AT_ONCE);
            }
        }
    }

    boolean isChanged() {
        for (Shard shard : shards) {
            if (shard.isChanged()) {
                return true;
            }
        }
        return false;
    }

    /** Everything is to be written anew. */
    void changeAll() {
        for (Shard shard : shards) {
            shard.changeAll();
        }
    }

    boolean isAllChanged() {
        for (Shard shard : shards) {
            if (shard.isAllChanged()) {
                return true;
            }
        }
        return false;
    }

    /** Appends to the file what has changed since it was last asked. */
    void takeChanges(StoreFile file) {
        Batch batch = new Batch(name);
        for (Shard shard : shards) {
            shard.takeChanges().forEach((key, entry) -> append(file, batch, key, entry));
        }
        appendRest(file, batch);
    }

    /** Appends to the file all that is there. */
    void takeAll(StoreFile file) {
        Batch batch = new Batch(name);
        for (Shard shard : shards) {
            shard.takeChanges();
            for (Entry entry : shard.living(time.now())) {
                append(file, batch, entry.key, entry);
            }
        }
        appendRest(file, batch);
    }

    private static void append(StoreFile file, Batch batch, String key, @Nullable Entry entry) {
        batch.add(key, entry);
        if (batch.isFull()) {
            file.append(batch.take());
        }
    }

    private static void appendRest(StoreFile file, Batch batch) {
        if (!batch.isEmpty()) {
            file.append(batch.take());
        }
    }

    private Shard shard(String key) {
        int hash = key.hashCode() * 0x9E3779B9;
        return shards[hash >>> 27];
    }

    private <T extends @Nullable Object> CompletionStage<T> answer(Supplier<T> call) {
        return readiness.answer(call);
    }
}
