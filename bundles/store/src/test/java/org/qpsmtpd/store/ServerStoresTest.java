package org.qpsmtpd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoreFailure;
import org.qpsmtpd.store.form.OpenStores;
import org.qpsmtpd.store.form.StoreForm;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeStores;

/** Which form a server's stores have, and what the command does with them. */
class ServerStoresTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final Path folder;

    private final FakeConfig config = new FakeConfig();
    private final List<StoreForm> forms = new CopyOnWriteArrayList<>();
    private final ServerStores stores = new ServerStores(new Home(config), forms);

    ServerStoresTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void isInAFileUnlessTheConfigurationSaysOtherwise() {
        Fake file = add("file");
        Store store = stores.open("karma");
        assertThat(store).isSameAs(stores.open("karma"));
        get(store.set("k", "v", LONG));
        assertThat(get(file.stores.open("karma").get("k"))).contains("v");
        assertThat(file.opened).containsExactly("file");
    }

    /** As when several clients come at once to a server that has just started. */
    @Test
    void answersCallsThatComeWhileTheStoresAreOpened() {
        List<CompletionStage<Long>> meanwhile = new ArrayList<>();
        Fake file = add("file");
        file.whileOpening = () -> meanwhile.add(stores.open("karma").add("n", 2, LONG));
        assertThat(get(stores.open("limit").add("n", 1, LONG))).isEqualTo(1);
        assertThat(meanwhile).hasSize(1);
        assertThat(get(meanwhile.get(0))).isEqualTo(2);
    }

    @Test
    void takesAnotherFormWhileItRuns() {
        Fake file = add("file");
        Fake other = add("redis://");
        Store store = stores.open("karma");
        get(store.set("k", "v", LONG));
        config.set("store", "redis://host");
        until(() -> get(store.get("k")).isEmpty());
        get(store.set("k", "w", LONG));
        assertThat(get(other.stores.open("karma").get("k"))).contains("w");
        until(() -> file.closed.get() == 1);
        stores.close();
        assertThat(other.closed).hasValue(1);
        assertThatThrownBy(() -> get(store.get("k")))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("closed");
    }

    @Test
    void failsWhileNobodyKnowsTheForm() {
        config.set("store", "redis://mail:geheim@host");
        Store store = stores.open("karma");
        assertThatThrownBy(() -> get(store.get("k")))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("no bundle that is installed knows 'redis://'")
                .message()
                .doesNotContain("geheim");
        add("redis://");
        stores.lookAgain();
        assertThat(get(store.get("k"))).isEmpty();
        forms.clear();
        stores.lookAgain();
        assertThatThrownBy(() -> get(store.get("k"))).isInstanceOf(StoreFailure.class);
    }

    @Test
    void failsWithWhatIsWrongWithTheSetting() {
        config.set("store", "file wrong");
        add("file");
        assertThatThrownBy(() -> get(stores.open("karma").get("k")))
                .isInstanceOf(StoreFailure.class)
                .hasMessage("config/store: 'wrong' is wrong");
        config.set("store", "file");
        until(() -> isAnswered(stores.open("karma")));
    }

    @Test
    void theCommandShowsAndDeletes() throws Exception {
        Fake file = add("file");
        get(stores.open("karma").set("3221225985", "0:0:5:7", LONG));
        get(stores.open("karma").set("3221225986", "0:1:0:1", LONG));
        assertThat(run("")).contains("place fake").contains("entries 2");
        assertThat(run("list")).contains("karma 2");
        assertThat(run("list karma")).contains("3221225985\t0:0:5:7");
        assertThat(run("show karma 3221225985")).isEqualTo("true 0:0:5:7\n");
        assertThat(run("delete karma 3221225985")).startsWith("true");
        assertThat(run("show karma 3221225985")).isEqualTo("false ");
        assertThat(run("delete karma 3221225985")).startsWith("false");
        assertThat(run("clear karma")).contains("1 deleted");
        file.stores.open("karma").fail("gone");
        assertThatThrownBy(() -> run("list karma"))
                .isInstanceOf(IOException.class)
                .hasMessage("gone");
    }

    @Test
    void theCommandTakesOverADump() throws Exception {
        add("file");
        Path dump = Files.writeString(folder.resolve("karma"), "k1\tv1\nk2\tv2\n\tnothing\n");
        assertThat(run("import karma " + dump)).isEqualTo("true 2 taken over, 1 left out\n");
        assertThat(get(stores.open("karma").get("k2"))).contains("v2");
        assertThat(run("import karma " + dump + " 2")).startsWith("true");
        for (String wrong :
                List.of(
                        "import karma relative",
                        "import karma " + dump + " 0",
                        "import karma",
                        "nonsense",
                        "show karma",
                        "list a/b")) {
            assertThatThrownBy(() -> run(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private String run(String words) throws IOException, InterruptedException {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        List<String> split = words.isEmpty() ? List.of() : List.of(words.split(" "));
        boolean isDone = new StoreCommand(stores).run(split, out);
        out.flush();
        return isDone + " " + text;
    }

    private Fake add(String setting) {
        Fake form = new Fake(setting);
        forms.add(form);
        return form;
    }

    private static boolean isAnswered(Store store) {
        return store.get("k").handle((value, fault) -> fault == null).toCompletableFuture().join();
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** A form that keeps entries in fakes. */
    private static final class Fake implements StoreForm {
        private final String beginning;
        private final FakeStores stores = new FakeStores();
        private final List<String> opened = new ArrayList<>();
        private final AtomicInteger closed = new AtomicInteger();
        private Runnable whileOpening = () -> {};

        Fake(String beginning) {
            this.beginning = beginning;
        }

        @Override
        public boolean takes(String setting) {
            return setting.startsWith(beginning);
        }

        @Override
        public void check(String setting) {
            if (setting.contains("wrong")) {
                throw new IllegalArgumentException("'wrong' is wrong");
            }
        }

        @Override
        public OpenStores open(ServerHome home, String setting) {
            check(setting);
            opened.add(setting);
            whileOpening.run();
            return new OpenStores() {
                @Override
                public Store open(String name) {
                    return stores.open(name);
                }

                @Override
                public CompletionStage<List<String>> names() {
                    return CompletableFuture.completedFuture(List.of("karma"));
                }

                @Override
                public String place() {
                    return "fake";
                }

                @Override
                public List<Figure> figures() {
                    return List.of(Figure.gauge("entries", get(stores.open("karma").size())));
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            };
        }
    }

    private record Home(Config config) implements ServerHome {
        @Override
        public String name() {
            return "test";
        }

        @Override
        public List<Path> configDirectories() {
            return List.of();
        }

        @Override
        public Path state(String owner) throws IOException {
            throw new IOException("there is no folder");
        }
    }
}
