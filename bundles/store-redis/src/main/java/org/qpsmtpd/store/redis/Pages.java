package org.qpsmtpd.store.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.qpsmtpd.api.service.StoreFailure;

/**
 * Goes through the keys with a prefix, page by page as Redis gives them. A key that moves meanwhile
 * may come twice.
 */
final class Pages {
    /** For pages whose values are of no interest. */
    static final BiFunction<String, String, CompletionStage<Boolean>> NOTHING =
            (place, value) -> CompletableFuture.completedFuture(true);

    private static final String KEYS_AT_ONCE = "200";
    private static final int VALUES_AT_ONCE = 100;
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Link link;
    private final String prefix;
    private final BiFunction<String, String, CompletionStage<Boolean>> taker;
    private final CompletableFuture<Long> end = new CompletableFuture<>();
    private final long deadline = System.nanoTime() + LONGEST_NANOS;
    private final List<String> places = new ArrayList<>();
    private Consumer<String> noticed = place -> {};
    private boolean withValues;
    private String cursor = "";
    private long count;

    /**
     * @param taker is given each place and value; false ends it
     */
    Pages(Link link, String prefix, BiFunction<String, String, CompletionStage<Boolean>> taker) {
        this.link = link;
        this.prefix = prefix;
        this.taker = taker;
    }

    /** Looks at all keys; completes with their number. */
    CompletableFuture<Long> count() {
        step();
        return end;
    }

    /** Tells each key. */
    CompletableFuture<Long> each(Consumer<String> taker) {
        noticed = taker;
        return count();
    }

    /** Looks at all keys and values. */
    CompletableFuture<Long> values() {
        withValues = true;
        step();
        return end;
    }

    private void step() {
        if (!places.isEmpty()) {
            fetch();
            return;
        }
        if (cursor.equals("0")) {
            end.complete(count);
            return;
        }
        if (System.nanoTime() - deadline > 0) {
            end.completeExceptionally(
                    new StoreFailure("a look at all keys did not end in ten minutes", null));
            return;
        }
        String from = cursor.isEmpty() ? "0" : cursor;
        follow(
                link.ask("SCAN", from, "MATCH", prefix + "*", "COUNT", KEYS_AT_ONCE)
                        .thenApply(this::page));
    }

    private boolean page(Reply reply) {
        List<Reply> parts = reply.parts();
        String next = parts.isEmpty() ? null : parts.get(0).text();
        cursor = next == null ? "0" : next;
        for (Reply each : parts.size() < 2 ? List.<Reply>of() : parts.get(1).parts()) {
            String place = each.text();
            if (place != null && place.startsWith(prefix)) {
                count++;
                noticed.accept(place);
                if (withValues) {
                    places.add(place);
                }
            }
        }
        return true;
    }

    private void fetch() {
        List<String> some =
                new ArrayList<>(places.subList(0, Math.min(VALUES_AT_ONCE, places.size())));
        places.subList(0, some.size()).clear();
        List<String> words = new ArrayList<>(some);
        words.add(0, "MGET");
        follow(
                link.ask(words.toArray(new String[0]))
                        .thenCompose(reply -> taken(some, reply.parts(), 0)));
    }

    private CompletionStage<Boolean> taken(List<String> some, List<Reply> values, int from) {
        for (int at = from; at < some.size() && at < values.size(); at++) {
            String value = values.get(at).text();
            if (value == null) {
                continue;
            }
            CompletionStage<Boolean> taken = taker.apply(some.get(at), value);
            int next = at + 1;
            CompletableFuture<Boolean> now = taken.toCompletableFuture();
            if (!now.isDone() || now.isCompletedExceptionally()) {
                return now.thenCompose(
                        goesOn ->
                                goesOn
                                        ? taken(some, values, next)
                                        : CompletableFuture.completedFuture(false));
            }
            if (!now.join()) {
                return CompletableFuture.completedFuture(false);
            }
        }
        return CompletableFuture.completedFuture(true);
    }

    /** Goes on when a part is done; what the taker throws ends it. */
    private void follow(CompletionStage<Boolean> part) {
        var unused =
                part.whenComplete(
                        (goesOn, fault) -> {
                            if (fault != null) {
                                end.completeExceptionally(fault);
                            } else if (goesOn) {
                                step();
                            } else {
                                end.complete(count);
                            }
                        });
    }
}
