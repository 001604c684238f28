package org.qpsmtpd.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoredValue;
import org.qpsmtpd.api.service.Stores;

/** What every form of a store has to do. A form's test extends it and says where the stores are. */
public abstract class StoreContract {
    private static final Duration LONG = Duration.ofHours(1);

    /** Short, so that a test which really waits is quick; long enough for a busy machine. */
    private static final Duration SHORT = Duration.ofMillis(600);

    private static final int THREADS = 4;
    private static final int TIMES = 200;

    /** The stores; empty at the beginning of each test. */
    protected abstract Stores stores();

    /** Returns when that much time has gone by for the stores, at least. */
    protected abstract void elapse(Duration time) throws InterruptedException;

    private Store store() {
        return stores().open("contract");
    }

    @Test
    void keepsWhatIsSet() {
        assertThat(value("k")).isEmpty();
        answer(store().set("k", "one", LONG));
        assertThat(value("k")).contains("one");
        answer(store().set("k", "two", Store.FOR_EVER));
        assertThat(value("k")).contains("two");
        assertThat(answer(stores().open("contract").get("k"))).contains("two");
    }

    @Test
    void keepsStoresApart() {
        answer(stores().open("contract").set("k", "one", LONG));
        answer(stores().open("contract-2").set("k", "two", LONG));
        assertThat(value("k")).contains("one");
        assertThat(answer(stores().open("contract-2").size())).isEqualTo(1);
        assertThat(answer(stores().open("contract-2").deleteIf((k, v) -> true))).isEqualTo(1);
        assertThat(value("k")).contains("one");
    }

    @Test
    void takesAnyCharacter() {
        for (String text :
                List.of("a\r\nFLUSHALL\r\n", "*?[a-z]:\\", "ü\u20ac\uD83D\uDE00", "\0 ")) {
            answer(store().set(text, text, LONG));
            assertThat(value(text)).contains(text);
        }
        assertThat(all()).hasSize(4);
    }

    @Test
    void takesAnEmptyValue() {
        answer(store().set("k", "", LONG));
        assertThat(value("k")).contains("");
        assertThat(answer(store().update("k", before -> before))).contains("");
    }

    @Test
    void takesKeysAndValuesUpToTheirLimits() {
        String key = "\u20ac".repeat(170) + "ab";
        answer(store().set(key, "ü".repeat(32_767) + "a", LONG));
        assertThat(value(key).orElseThrow()).hasSize(32_768);
        for (String wrong : List.of("", "a".repeat(513), "\u20ac".repeat(171))) {
            assertThatThrownBy(() -> store().get(wrong))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store().set(wrong, "v", LONG))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store().update(wrong, before -> before))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store().add(wrong, 1, LONG))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store().delete(wrong))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> store().set("k", "v".repeat(65_536), LONG))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takesNoLifeOfNothing() {
        assertThatThrownBy(() -> store().set("k", "v", Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store().add("k", 1, Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takesNoNameOfAnotherForm() {
        for (String name : List.of("", "a".repeat(65), "a/b", "a:b", "\u00e4", "..")) {
            assertThatThrownBy(() -> stores().open(name))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(answer(stores().open("a".repeat(64)).size())).isZero();
    }

    @Test
    void endsWhatHasLived() throws InterruptedException {
        answer(store().set("short", "v", SHORT));
        answer(store().set("long", "v", LONG));
        elapse(SHORT);
        assertThat(value("short")).isEmpty();
        assertThat(value("long")).contains("v");
        assertThat(all()).containsOnlyKeys("long");
        assertThat(answer(store().delete("short"))).isFalse();
    }

    @Test
    void updatesInOneStep() {
        assertThat(answer(store().update("k", before -> stored(before, "a")))).contains("a");
        assertThat(answer(store().update("k", before -> stored(before, "b")))).contains("ab");
        assertThat(value("k")).contains("ab");
        assertThat(answer(store().update("k", before -> Optional.empty()))).isEmpty();
        assertThat(value("k")).isEmpty();
        assertThat(answer(store().update("k", before -> Optional.empty()))).isEmpty();
    }

    @Test
    void tellsAnUpdateHowLongAValueLasts() throws InterruptedException {
        answer(store().set("k", "v", LONG));
        List<Duration> lives = new ArrayList<>();
        answer(
                store().update(
                                "k",
                                before -> {
                                    lives.add(before.orElseThrow().life());
                                    return Optional.of(new StoredValue("w", SHORT));
                                }));
        assertThat(lives.get(0)).isBetween(LONG.minusMinutes(5), LONG);
        elapse(SHORT);
        assertThat(value("k")).isEmpty();
    }

    @Test
    void passesOnWhatAnUpdateThrows() {
        answer(store().set("k", "v", LONG));
        assertThatThrownBy(
                        () ->
                                answer(
                                        store().update(
                                                        "k",
                                                        before -> {
                                                            throw new IllegalStateException("no");
                                                        })))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no");
        assertThat(value("k")).contains("v");
    }

    @Test
    void losesNoUpdateOfMany() throws Exception {
        atOnce(
                () ->
                        answer(
                                store().update(
                                                "k",
                                                before ->
                                                        Optional.of(
                                                                new StoredValue(
                                                                        next(before), LONG)))));
        assertThat(value("k")).contains(String.valueOf(THREADS * TIMES));
    }

    private static String next(Optional<StoredValue> before) {
        return String.valueOf(before.map(v -> Integer.parseInt(v.value())).orElse(0) + 1);
    }

    @Test
    void losesNoAdditionOfMany() throws Exception {
        atOnce(() -> answer(store().add("k", 1, LONG)));
        assertThat(value("k")).contains(String.valueOf(THREADS * TIMES));
    }

    @Test
    void addsUp() {
        assertThat(answer(store().add("k", 3, LONG))).isEqualTo(3);
        assertThat(answer(store().add("k", -5, LONG))).isEqualTo(-2);
        assertThat(answer(store().add("k", 0, LONG))).isEqualTo(-2);
        assertThat(value("k")).contains("-2");
        answer(store().set("k", "9007199254740993", LONG));
        assertThat(answer(store().add("k", 2, LONG))).isEqualTo(9_007_199_254_740_995L);
    }

    @Test
    void takesWhatIsNoNumberForNothing() {
        for (String text : List.of("three", "", "1.5", "99999999999999999999")) {
            answer(store().set("k", text, LONG));
            assertThat(answer(store().add("k", 1, LONG))).isEqualTo(1);
        }
        answer(store().set("k", "+007", LONG));
        assertThat(answer(store().add("k", 1, LONG))).isEqualTo(8);
    }

    @Test
    void staysWithinTheRangeOfALong() {
        answer(store().add("k", Long.MAX_VALUE, LONG));
        assertThat(answer(store().add("k", 1, LONG))).isEqualTo(Long.MAX_VALUE);
        answer(store().delete("k"));
        answer(store().add("k", Long.MIN_VALUE, LONG));
        assertThat(answer(store().add("k", -1, LONG))).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void countsWithinAPeriod() throws InterruptedException {
        answer(store().add("k", 1, SHORT));
        answer(store().add("k", 1, LONG));
        elapse(SHORT);
        assertThat(answer(store().add("k", 1, LONG))).isEqualTo(1);
    }

    @Test
    void tellsWhetherItDeleted() {
        answer(store().set("k", "v", LONG));
        assertThat(answer(store().delete("k"))).isTrue();
        assertThat(answer(store().delete("k"))).isFalse();
        assertThat(value("k")).isEmpty();
    }

    @Test
    void scansAndDeletesByCondition() {
        for (int i = 0; i < 1_000; i++) {
            answer(store().set("k" + i, "v" + i % 10, LONG));
        }
        assertThat(all()).hasSize(1_000).containsEntry("k123", "v3");
        assertThat(answer(store().size())).isEqualTo(1_000);
        List<String> seen = new ArrayList<>();
        answer(store().scan((key, value) -> seen.add(key) && seen.size() < 5));
        assertThat(seen).hasSize(5);
        assertThat(answer(store().deleteIf((key, value) -> value.equals("v3")))).isEqualTo(100);
        assertThat(all()).hasSize(900).doesNotContainKey("k123");
    }

    @Test
    void passesOnWhatAVisitorThrows() {
        answer(store().set("k", "v", LONG));
        assertThatThrownBy(
                        () ->
                                answer(
                                        store().scan(
                                                        (key, value) -> {
                                                            throw new IllegalStateException("no");
                                                        })))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(
                        () ->
                                answer(
                                        store().deleteIf(
                                                        (key, value) -> {
                                                            throw new IllegalStateException("no");
                                                        })))
                .isInstanceOf(IllegalStateException.class);
    }

    private static Optional<StoredValue> stored(Optional<StoredValue> before, String more) {
        return Optional.of(new StoredValue(before.map(StoredValue::value).orElse("") + more, LONG));
    }

    private Optional<String> value(String key) {
        return answer(store().get(key));
    }

    private Map<String, String> all() {
        Map<String, String> all = new TreeMap<>();
        answer(store().scan((key, value) -> all.put(key, value) == null));
        return all;
    }

    private static void atOnce(Runnable call) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                all.add(threads.submit(() -> repeat(call)));
            }
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void repeat(Runnable call) {
        for (int i = 0; i < TIMES; i++) {
            call.run();
        }
    }

    /** What a stage completes with, within half a minute; what it failed with is thrown. */
    protected static <T> T answer(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException(e);
        } catch (TimeoutException e) {
            throw new AssertionError("a stage of a store did not complete", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
