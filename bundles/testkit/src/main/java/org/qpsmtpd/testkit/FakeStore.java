package org.qpsmtpd.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoreFailure;
import org.qpsmtpd.api.service.StoredValue;

/** A store in memory. Safe for use by several threads. */
public final class FakeStore implements Store {
    private static final int LONGEST_VALUE = 65_535;

    private final Object lock = new Object();
    private final Map<String, Entry> entries = new HashMap<>();
    private final Clock clock;
    private @Nullable String failure;

    private record Entry(String value, Instant end) {}

    /** An empty store whose entries do not end. */
    public FakeStore() {
        this(new FakeClock());
    }

    /** An empty store whose entries end by that clock. */
    public FakeStore(Clock clock) {
        this.clock = clock;
    }

    /** Every call fails from now on, for that reason. */
    public void fail(String reason) {
        synchronized (lock) {
            failure = reason;
        }
    }

    /** Calls are answered again. */
    public void recover() {
        synchronized (lock) {
            failure = null;
        }
    }

    /** How long a key's value still lasts; zero when it is not there. */
    public Duration life(String key) {
        synchronized (lock) {
            Entry entry = present(key);
            return entry == null ? Duration.ZERO : Duration.between(clock.now(), entry.end);
        }
    }

    @Override
    public CompletionStage<Optional<String>> get(String key) {
        check(key);
        return answer(() -> Optional.ofNullable(present(key)).map(Entry::value));
    }

    @Override
    @SuppressWarnings("NullAway") // CompletionStage<Void> can only be completed with null
    public CompletionStage<Void> set(String key, String value, Duration life) {
        StoredValue stored = new StoredValue(value, life);
        check(key);
        checkLength("a value", value, 0, LONGEST_VALUE);
        return answer(
                () -> {
                    put(key, stored);
                    return null;
                });
    }

    @Override
    public CompletionStage<Optional<String>> update(
            String key, UnaryOperator<Optional<StoredValue>> change) {
        check(key);
        return answer(
                () -> {
                    Optional<StoredValue> changed = change.apply(stored(key));
                    changed.ifPresentOrElse(value -> put(key, value), () -> entries.remove(key));
                    return changed.map(StoredValue::value);
                });
    }

    @Override
    public CompletionStage<Long> add(String key, long amount, Duration life) {
        check(key);
        StoredValue first = new StoredValue(Long.toString(amount), life);
        return answer(
                () -> {
                    Optional<StoredValue> before = stored(key);
                    long sum = sum(before.map(FakeStore::number).orElse(0L), amount);
                    Duration lasts = before.map(StoredValue::life).orElse(first.life());
                    put(key, new StoredValue(Long.toString(sum), lasts));
                    return sum;
                });
    }

    @Override
    public CompletionStage<Boolean> delete(String key) {
        check(key);
        return answer(
                () -> {
                    boolean wasThere = present(key) != null;
                    entries.remove(key);
                    return wasThere;
                });
    }

    @Override
    @SuppressWarnings("NullAway") // CompletionStage<Void> can only be completed with null
    public CompletionStage<Void> scan(BiPredicate<String, String> visitor) {
        return answer(
                () -> {
                    for (String key : List.copyOf(entries.keySet())) {
                        Entry entry = present(key);
                        if (entry != null && !visitor.test(key, entry.value)) {
                            break;
                        }
                    }
                    return null;
                });
    }

    @Override
    public CompletionStage<Long> deleteIf(BiPredicate<String, String> condition) {
        return answer(
                () -> {
                    int before = entries.size();
                    entries.entrySet()
                            .removeIf(each -> condition.test(each.getKey(), each.getValue().value));
                    return (long) before - entries.size();
                });
    }

    @Override
    public CompletionStage<Long> size() {
        return answer(() -> (long) entries.size());
    }

    private <T extends @Nullable Object> CompletionStage<T> answer(Supplier<T> call) {
        synchronized (lock) {
            if (failure != null) {
                return CompletableFuture.failedFuture(new StoreFailure(failure, null));
            }
            entries.values().removeIf(each -> !each.end.isAfter(clock.now()));
            try {
                return CompletableFuture.completedFuture(call.get());
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
    }

    private @Nullable Entry present(String key) {
        Entry entry = entries.get(key);
        return entry == null || !entry.end.isAfter(clock.now()) ? null : entry;
    }

    private Optional<StoredValue> stored(String key) {
        return Optional.ofNullable(present(key))
                .map(
                        entry ->
                                new StoredValue(
                                        entry.value, Duration.between(clock.now(), entry.end)));
    }

    private void put(String key, StoredValue stored) {
        entries.put(key, new Entry(stored.value(), clock.now().plus(stored.life())));
    }

    private static long number(StoredValue stored) {
        try {
            return Long.parseLong(stored.value());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Within the range of a long. */
    private static long sum(long number, long amount) {
        try {
            return Math.addExact(number, amount);
        } catch (ArithmeticException e) {
            return amount < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    private static void check(String key) {
        checkLength("a key", key, 1, LONGEST_KEY);
    }

    private static void checkLength(String what, String text, int least, int most) {
        int octets = text.getBytes(StandardCharsets.UTF_8).length;
        if (octets < least || octets > most) {
            throw new IllegalArgumentException(
                    what + " has " + least + " to " + most + " octets, not " + octets);
        }
    }
}
