package org.qpsmtpd.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoreFailure;
import org.qpsmtpd.testkit.FakeClock;

/** What becomes of entries over restarts, with a bad file, and beside another process. */
class FileStoresTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final Path folder;

    private final FakeClock clock = new FakeClock();

    FileStoresTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void touchesNothingBeforeTheFirstCall() {
        try (FileStores stores = TestHome.stores(folder, clock)) {
            assertThat(stores.open("karma")).isSameAs(stores.open("karma"));
            assertThat(folder).isEmptyDirectory();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void keepsEntriesOverARestart() {
        try (FileStores stores = TestHome.stores(folder, clock)) {
            Store store = stores.open("karma");
            Answers.of(store.set("stays", "v", LONG));
            Answers.of(store.set("goes", "v", LONG));
            Answers.of(store.set("ends", "v", Duration.ofMinutes(1)));
            until(stores, "unsaved_ms", 0);
            Answers.of(store.delete("goes"));
            Answers.of(stores.open("greylist").set("other", "w", LONG));
        }
        clock.advance(Duration.ofMinutes(2));
        try (FileStores stores = TestHome.stores(folder, clock)) {
            assertThat(Answers.of(stores.names())).containsExactly("greylist", "karma");
            assertThat(Answers.of(stores.open("karma").get("stays"))).contains("v");
            assertThat(Answers.of(stores.open("karma").get("goes"))).isEmpty();
            assertThat(Answers.of(stores.open("karma").get("ends"))).isEmpty();
            assertThat(Answers.of(stores.open("greylist").get("other"))).contains("w");
        }
    }

    @Test
    void letsNobodyElseReadTheFile() throws IOException {
        try (FileStores stores = TestHome.stores(folder, clock)) {
            Answers.of(stores.open("karma").set("k", "v", LONG));
            assertThat(Files.getPosixFilePermissions(file())).hasSize(2);
        }
    }

    @Test
    void failsWhileAnotherHasTheFileAndGoesOnAfterwards() {
        FileStores second = TestHome.stores(folder, clock);
        try (FileStores first = TestHome.stores(folder, clock)) {
            Answers.of(first.open("karma").set("k", "v", LONG));
            until(first, "unsaved_ms", 0);
            assertThatThrownBy(() -> Answers.of(second.open("karma").get("k")))
                    .isInstanceOf(StoreFailure.class)
                    .hasMessageContaining("is in use by another process");
        }
        Answers.until(() -> isAnswered(second.open("karma")));
        assertThat(Answers.of(second.open("karma").get("k"))).contains("v");
        second.close();
        assertThatThrownBy(() -> Answers.of(second.open("karma").get("k")))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("closed");
    }

    @Test
    void setsADamagedFileAside() throws IOException {
        fill(200);
        byte[] noise = new byte[50_000];
        new Random(1).nextBytes(noise);
        Files.write(file(), noise);
        try (FileStores stores = TestHome.stores(folder, clock)) {
            assertThat(Answers.of(stores.open("karma").size())).isZero();
            Answers.of(stores.open("karma").set("k", "v", LONG));
        }
        assertThat(folder.resolve("store.mv.damaged")).hasBinaryContent(noise);
        try (FileStores stores = TestHome.stores(folder, clock)) {
            assertThat(Answers.of(stores.open("karma").get("k"))).contains("v");
        }
    }

    /** Whatever is wrong with it: the stores answer, and no entry is another than was written. */
    @Test
    void answersWithWhateverIsLeftOfAFile() throws IOException {
        fill(2_000);
        Path good = folder.resolve("good");
        Files.copy(file(), good);
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            Files.copy(good, file(), StandardCopyOption.REPLACE_EXISTING);
            damage(random);
            try (FileStores stores = TestHome.stores(folder, clock)) {
                Store store = stores.open("karma");
                Answers.of(
                        store.scan(
                                (key, value) -> {
                                    assertThat(value).isEqualTo("value of " + key);
                                    return true;
                                }));
                Answers.of(store.set("new", "v", LONG));
                assertThat(Answers.of(store.get("new"))).contains("v");
            }
        }
    }

    private void damage(Random random) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file().toFile(), "rw")) {
            if (random.nextInt(4) == 0) {
                open.setLength(random.nextLong(open.length()));
                return;
            }
            byte[] noise = new byte[1 + random.nextInt(200)];
            random.nextBytes(noise);
            open.seek(random.nextLong(open.length()));
            open.write(noise);
        }
    }

    @Test
    void makesRoomByWhatEndsNext() {
        try (FileStores stores = TestHome.stores(folder, "file octets=1M")) {
            Store store = stores.open("karma");
            for (int i = 0; i < 20_000; i++) {
                Answers.of(store.set("late" + i, "v".repeat(100), Duration.ofDays(2)));
                Answers.of(store.set("soon" + i, "v".repeat(100), Duration.ofDays(1)));
            }
            assertThat(figure(stores, "octets")).isBetween(500_000L, 1L << 20);
            assertThat(figure(stores, "displaced")).isGreaterThan(30_000);
            assertThat(Answers.of(store.get("soon0"))).isEmpty();
            assertThat(Answers.of(store.get("soon19999"))).isPresent();
            long late = count(store, "late");
            assertThat(late).isGreaterThan(count(store, "soon") * 5);
        }
    }

    private static long count(Store store, String prefix) {
        long[] count = new long[1];
        Answers.of(
                store.scan(
                        (key, value) -> {
                            count[0] += key.startsWith(prefix) ? 1 : 0;
                            return true;
                        }));
        return count[0];
    }

    @Test
    void takesOutWhatHasEndedByItself() {
        try (FileStores stores = TestHome.stores(folder, clock)) {
            for (int i = 0; i < 5_000; i++) {
                Answers.of(stores.open("karma").set("k" + i, "v", Duration.ofSeconds(3)));
            }
            assertThat(figure(stores, "entries")).isEqualTo(5_000);
            clock.advance(Duration.ofSeconds(4));
            until(stores, "entries", 0);
        }
    }

    @Test
    void goesOnInMemoryWithoutAFile() throws IOException {
        Path gone = Files.createDirectory(folder.resolve("gone"));
        try (FileStores stores = TestHome.stores(gone, clock)) {
            Store store = stores.open("karma");
            Files.delete(gone);
            Answers.until(() -> isAnswered(store));
            Answers.of(store.set("k", "v", LONG));
            assertThat(Answers.of(store.get("k"))).contains("v");
            Answers.until(() -> figure(stores, "failures") > 0);
            Files.createDirectory(gone);
            until(stores, "unsaved_ms", 0);
        }
        try (FileStores stores = TestHome.stores(gone, clock)) {
            assertThat(Answers.of(stores.open("karma").get("k"))).contains("v");
        }
    }

    private Path file() {
        return folder.resolve(TestHome.FILE);
    }

    private void fill(int entries) {
        try (FileStores stores = TestHome.stores(folder, clock)) {
            for (int i = 0; i < entries; i++) {
                Answers.of(stores.open("karma").set("k" + i, "value of k" + i, LONG));
            }
        }
    }

    private static boolean isAnswered(Store store) {
        Optional<Throwable> failure =
                Optional.ofNullable(
                        store.get("k")
                                .handle((value, fault) -> fault)
                                .toCompletableFuture()
                                .join());
        return failure.isEmpty();
    }

    private static void until(FileStores stores, String figure, long value) {
        Answers.until(() -> figure(stores, figure) == value);
    }

    private static long figure(FileStores stores, String name) {
        return stores.figures().stream()
                .filter(figure -> figure.name().equals(name))
                .mapToLong(Figure::value)
                .findFirst()
                .orElseThrow();
    }
}
