package org.qpsmtpd.store.redis;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoreFailure;
import org.qpsmtpd.api.service.StoredValue;
import org.qpsmtpd.store.form.StoreRules;

/** A store whose entries are keys of Redis, {@code qpsmtpd:NAME:KEY}. */
final class RedisStore implements Store {
    private final String name;
    private final String prefix;
    private final Link link;

    RedisStore(String name, Link link) {
        this.name = name;
        this.prefix = Scripts.PREFIX + name + ":";
        this.link = link;
    }

    @Override
    public CompletionStage<Optional<String>> get(String key) {
        return bare(link.ask("GET", place(key)).thenApply(r -> Optional.ofNullable(r.text())));
    }

    @Override
    @SuppressWarnings("NullAway") // CompletionStage<Void> can only be completed with null
    public CompletionStage<Void> set(String key, String value, Duration life) {
        StoreRules.value(value);
        String millis = String.valueOf(StoreRules.millis(life));
        return bare(link.ask("SET", place(key), value, "PX", millis).thenApply(reply -> null));
    }

    @Override
    public CompletionStage<Optional<String>> update(
            String key, UnaryOperator<Optional<StoredValue>> change) {
        String place = place(key);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Wire.LIMIT_MILLIS);
        return bare(
                link.ask("EVAL", Scripts.READ, "1", place)
                        .thenCompose(seen -> changed(place, change, seen, deadline)));
    }

    /** Another writer may have come first, and then it is done again with what that one left. */
    private CompletableFuture<Optional<String>> changed(
            String place, UnaryOperator<Optional<StoredValue>> change, Reply seen, long deadline) {
        Optional<StoredValue> before = stored(seen);
        Optional<StoredValue> next = change.apply(before);
        next.ifPresent(stored -> StoreRules.value(stored.value()));
        return link.ask(
                        "EVAL",
                        Scripts.CHANGE,
                        "1",
                        place,
                        before.isPresent() ? "1" : "0",
                        before.map(StoredValue::value).orElse(""),
                        next.isPresent() ? "1" : "0",
                        next.map(StoredValue::value).orElse(""),
                        next.map(s -> String.valueOf(StoreRules.millis(s.life()))).orElse("0"))
                .thenCompose(
                        reply ->
                                reply.number() == 1
                                        ? CompletableFuture.completedFuture(
                                                next.map(StoredValue::value))
                                        : again(place, change, reply, deadline));
    }

    private CompletableFuture<Optional<String>> again(
            String place, UnaryOperator<Optional<StoredValue>> change, Reply seen, long deadline) {
        return System.nanoTime() - deadline < 0
                ? changed(place, change, seen, deadline)
                : CompletableFuture.failedFuture(
                        new StoreFailure(
                                "the store "
                                        + name
                                        + " could not change a key: others change it all the time",
                                null));
    }

    private static Optional<StoredValue> stored(Reply reply) {
        List<Reply> parts = reply.parts();
        String value = parts.size() == 2 ? parts.get(0).text() : null;
        if (value == null) {
            return Optional.empty();
        }
        long millis = parts.get(1).number();
        Duration life = millis < 0 ? FOR_EVER : Duration.ofMillis(Math.max(1, millis));
        return Optional.of(new StoredValue(value, life));
    }

    @Override
    public CompletionStage<Long> add(String key, long amount, Duration life) {
        String place = place(key);
        String millis = String.valueOf(StoreRules.millis(life));
        return bare(
                link.ask("EVAL", Scripts.ADD, "1", place, String.valueOf(amount), millis)
                        .thenCompose(reply -> sum(key, amount, life, reply)));
    }

    private CompletionStage<Long> sum(String key, long amount, Duration life, Reply reply) {
        String sum = reply.text();
        if (sum != null) {
            return CompletableFuture.completedFuture(StoreRules.number(sum));
        }
        return update(key, before -> Optional.of(added(before, amount, life)))
                .thenApply(value -> value.map(StoreRules::number).orElse(0L));
    }

    private static StoredValue added(Optional<StoredValue> before, long amount, Duration life) {
        long number = before.map(stored -> StoreRules.number(stored.value())).orElse(0L);
        return new StoredValue(
                Long.toString(StoreRules.sum(number, amount)),
                before.map(StoredValue::life).orElse(life));
    }

    @Override
    public CompletionStage<Boolean> delete(String key) {
        return bare(link.ask("DEL", place(key)).thenApply(reply -> reply.number() > 0));
    }

    @Override
    @SuppressWarnings("NullAway") // CompletionStage<Void> can only be completed with null
    public CompletionStage<Void> scan(BiPredicate<String, String> visitor) {
        Pages pages =
                new Pages(
                        link,
                        prefix,
                        (place, value) ->
                                CompletableFuture.completedFuture(visitor.test(key(place), value)));
        return bare(pages.values().thenApply(count -> null));
    }

    @Override
    public CompletionStage<Long> deleteIf(BiPredicate<String, String> condition) {
        long[] deleted = new long[1];
        Pages pages =
                new Pages(
                        link,
                        prefix,
                        (place, value) -> {
                            if (!condition.test(key(place), value)) {
                                return CompletableFuture.completedFuture(true);
                            }
                            return link.ask("EVAL", Scripts.DELETE, "1", place, value)
                                    .thenApply(reply -> counted(deleted, reply.number()));
                        });
        return bare(pages.values().thenApply(count -> deleted[0]));
    }

    /** Always on the thread of the connection. */
    private static boolean counted(long[] deleted, long more) {
        deleted[0] += more;
        return true;
    }

    @Override
    public CompletionStage<Long> size() {
        return bare(new Pages(link, prefix, Pages.NOTHING).count());
    }

    private String place(String key) {
        StoreRules.key(key);
        return prefix + key;
    }

    private String key(String place) {
        return place.substring(prefix.length());
    }

    /** A stage that fails with what went wrong itself, not with an exception around it. */
    private static <T extends @Nullable Object> CompletableFuture<T> bare(
            CompletionStage<T> stage) {
        CompletableFuture<T> bare = new CompletableFuture<>();
        var unused =
                stage.whenComplete(
                        (value, fault) -> {
                            if (fault == null) {
                                bare.complete(value);
                            } else {
                                bare.completeExceptionally(
                                        fault instanceof CompletionException
                                                        && fault.getCause() != null
                                                ? fault.getCause()
                                                : fault);
                            }
                        });
        return bare;
    }
}
