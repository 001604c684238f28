package org.qpsmtpd.runtime.felix.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.runtime.felix.host.Privileges;
import org.qpsmtpd.runtime.felix.host.Processes;
import org.qpsmtpd.runtime.felix.report.StartFailure;

final class PidFileTest {
    /** Above the largest process id of Linux. */
    private static final String DEAD = "999999999\n";

    private final Path path;

    PidFileTest(@TempDir Path folder) {
        path = folder.resolve("qpsmtpd.pid");
    }

    private static PidFile open(Path path) throws StartFailure, IOException {
        return PidFile.open(path, Set.of(Privileges.uid()));
    }

    @Test
    void holdsTheProcessIdUntilItIsRemoved() throws Exception {
        PidFile file = open(path);
        file.write(4711);
        assertThat(path).hasContent("4711\n");
        file.remove();
        assertThat(path).doesNotExist();
    }

    @Test
    void refusesALiveServerThatLocksNothing(@TempDir Path elsewhere) throws Exception {
        Path program = elsewhere.resolve("qpsmtpd-forkserver");
        Files.createSymbolicLink(program, Path.of("/bin/sleep"));
        Process live = new ProcessBuilder(program.toString(), "60").start();
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
    void reusesAFileThatNamesAProcessOfSomebodyElse() throws Exception {
        Process live = new ProcessBuilder("sleep", "60").start();
        try {
            Files.writeString(path, live.pid() + "\n");
            PidFile file = open(path);
            file.write(4711);
            assertThat(path).hasContent("4711\n");
            file.remove();
        } finally {
            live.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/usr/bin/perl -T /usr/bin/qpsmtpd-forkserver --port 25, true",
        "perl5.36 qpsmtpd-prefork, true",
        "qpsmtpd-prefork [master], true",
        "/opt/qpsmtpd/bin/qpsmtpd, true",
        "vi /usr/bin/qpsmtpd-prefork, false",
        "tail -f /var/log/qpsmtpd.log, false",
        "perl -w /usr/bin/other qpsmtpd, false",
        "qpsmtpd-exporter.sh, false",
        "'', false",
    })
    void tellsAServerByItsCommandLine(String line, boolean server) {
        assertThat(Processes.isQpsmtpd(List.of(line.split(" ", -1)))).isEqualTo(server);
    }

    @Test
    void reusesAStaleFile() throws Exception {
        Files.writeString(path, DEAD + " ".repeat(20));
        PidFile file = open(path);
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
            PidFile file = open(path);
            file.remove();
            assertThat(path).doesNotExist();
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void takesItsOwnNumberForStale() throws Exception {
        Files.writeString(path, ProcessHandle.current().pid() + "\n");
        PidFile file = open(path);
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

    @ParameterizedTest
    @ValueSource(strings = {"", "999999999"})
    void fillsNoHardLink(String content, @TempDir Path elsewhere) throws IOException {
        Path target = Files.writeString(elsewhere.resolve("target"), content);
        Files.createLink(path, target);
        assertThat(refusal()).contains(path.toString(), "has other names", "--pid-file");
        assertThat(target).hasContent(content);
    }

    @Test
    void refusesAFileOfAnotherUser() throws IOException {
        assumeTrue(Privileges.uid() == 0, "only root gives files away");
        Files.writeString(path, DEAD);
        Files.setAttribute(path, "unix:uid", 65534);
        assertThat(refusal()).contains("belongs to user number 65534");
        assertThat(path).hasContent(DEAD);
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
                        StartFailure.class, () -> open(path.resolveSibling("no/x.pid")));
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
        StartFailure failure = catchThrowableOfType(StartFailure.class, () -> open(path));
        assertThat(failure.status()).isEqualTo(1);
        return failure.line();
    }
}
