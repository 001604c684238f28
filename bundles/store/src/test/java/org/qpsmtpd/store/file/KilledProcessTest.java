package org.qpsmtpd.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.service.Store;

/** What is in the file when a process was killed, and when its disk was full. */
class KilledProcessTest {
    private final Path folder;

    KilledProcessTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void hasWhatWasKeptBeforeAProcessWasKilled() throws Exception {
        Process child = start("exec \"$@\"");
        try (BufferedReader out = child.inputReader()) {
            assertThat(out.readLine()).isEqualTo("kept");
        } finally {
            kill(child);
        }
        assertAllIsThere();
    }

    /** A limit of the size of files stands for a disk that is full. */
    @Test
    void goesOnWhileTheDiskIsFull() throws Exception {
        Process child = start("ulimit -S -f 200; exec \"$@\" full");
        try (BufferedReader out = child.inputReader()) {
            assertThat(out.readLine()).isEqualTo("full");
            String pid = String.valueOf(child.pid());
            assertThat(
                            new ProcessBuilder("prlimit", "--pid", pid, "--fsize=unlimited")
                                    .start()
                                    .waitFor())
                    .isZero();
            assertThat(out.readLine()).isEqualTo("kept");
        } finally {
            kill(child);
        }
        assertAllIsThere();
    }

    private Process start(String script) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", classPath(), StoreChild.class.getName()));
        command.add(folder.toString());
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    /** Where the classes are that are needed; the property alone may name a jar of the runner. */
    private static String classPath() {
        List<String> parts = new ArrayList<>();
        for (Class<?> each :
                List.of(
                        StoreChild.class,
                        FileStores.class,
                        Store.class,
                        org.qpsmtpd.testkit.FakeConfig.class,
                        org.h2.mvstore.MVStore.class,
                        org.slf4j.Logger.class)) {
            parts.add(
                    Path.of(each.getProtectionDomain().getCodeSource().getLocation().getPath())
                            .toString());
        }
        return String.join(":", parts);
    }

    private static void kill(Process child) throws InterruptedException {
        child.destroyForcibly();
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    private void assertAllIsThere() {
        try (FileStores stores = TestHome.stores(folder, "file")) {
            Store store = stores.open("karma");
            for (int i = 0; i < StoreChild.ENTRIES; i++) {
                assertThat(Answers.of(store.get("k" + i))).contains(StoreChild.value(i));
            }
        }
    }
}
