package org.qpsmtpd.runtime.felix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PidFileTest {
    /** Above the largest process id of Linux. */
    private static final String DEAD = "999999999\n";

    private final Path path;

    PidFileTest(@TempDir Path folder) {
        path = folder.resolve("qpsmtpd.pid");
    }

    @Test
    void holdsTheProcessIdUntilItIsRemoved() throws Exception {
        PidFile file = PidFile.open(path);
        file.write(4711);
        assertThat(path).hasContent("4711\n");
        file.remove();
        assertThat(path).doesNotExist();
    }

    @Test
    void refusesALiveProcess() throws Exception {
        Process live = new ProcessBuilder("sleep", "60").start();
        try {
            Files.writeString(path, live.pid() + "\n");
            assertThat(refusal())
                    .isEqualTo("Found an already running qpsmtpd with pid " + live.pid() + ".");
            assertThat(path).hasContent(live.pid() + "\n");
        } finally {
            live.destroyForcibly();
        }
    }

    @Test
    void reusesAStaleFile() throws Exception {
        Files.writeString(path, DEAD + " ".repeat(20));
        PidFile file = PidFile.open(path);
        file.write(4711);
        assertThat(path).hasContent("4711\n");
        file.remove();
    }

    @Test
    void takesAZombieForDead() throws Exception {
        String script = "true & echo $!; exec sleep 60";
        Process parent = new ProcessBuilder("sh", "-c", script).start();
        try (BufferedReader reader = parent.inputReader()) {
            String zombie = reader.readLine();
            awaitEnd(Long.parseLong(zombie));
            Files.writeString(path, zombie + "\n");
            PidFile file = PidFile.open(path);
            file.remove();
            assertThat(path).doesNotExist();
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void takesItsOwnNumberForStale() throws Exception {
        Files.writeString(path, ProcessHandle.current().pid() + "\n");
        PidFile file = PidFile.open(path);
        assertThatCode(file::remove).doesNotThrowAnyException();
        assertThat(path).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"root:x:0:0", "12 13", "-1", "12345678901"})
    void leavesAFileThatIsNoPidFile(String content) throws IOException {
        Files.writeString(path, content);
        assertThat(refusal())
                .contains(path.toString(), "something other than a process id", "--pid-file");
        assertThat(path).hasContent(content);
    }

    @Test
    void followsNoSymbolicLink(@TempDir Path elsewhere) throws IOException {
        Path target = elsewhere.resolve("target");
        Files.createSymbolicLink(path, target);
        assertThat(refusal()).contains(path.toString(), "not a plain file");
        assertThat(target).doesNotExist();
    }

    @Test
    void refusesADirectory() throws IOException {
        Files.createDirectory(path);
        assertThat(refusal()).contains("not a plain file");
    }

    @Test
    void namesAMissingDirectory() {
        StartFailure failure =
                catchThrowableOfType(
                        StartFailure.class, () -> PidFile.open(path.resolveSibling("no/x.pid")));
        assertThat(failure.line()).contains("no/x.pid", "its directory does not exist");
    }

    private static void awaitEnd(long pid) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> {
                    while (Processes.isAlive(pid)) {
                        Thread.onSpinWait();
                    }
                });
    }

    private String refusal() {
        StartFailure failure = catchThrowableOfType(StartFailure.class, () -> PidFile.open(path));
        assertThat(failure.status()).isEqualTo(1);
        return failure.line();
    }
}
