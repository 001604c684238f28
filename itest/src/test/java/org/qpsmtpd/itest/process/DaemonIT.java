package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.ServerUnderTest.RawProcess;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.Waiting;

/** {@code --detach} and {@code --pid-file}. */
class DaemonIT {
    private static final long NO_PROCESS = 4_194_304; // one more than the kernel ever gives out

    private final Path folder;

    DaemonIT(@TempDir Path folder) {
        this.folder = folder;
    }

    private static ProcessHandle process(Path pidFile) throws IOException {
        long pid = Long.parseLong(Files.readString(pidFile).strip());
        return ProcessHandle.of(pid).orElseThrow();
    }

    private static void terminate(ProcessHandle process) throws Exception {
        process.destroy();
        process.onExit().get(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void detachReturnsOnceItServesFromASessionOfItsOwn() throws Exception {
        int port = FreePort.take();
        Path pidFile = folder.resolve("qpsmtpd.pid");
        String[] options = {
            "--detach", "--port", Integer.toString(port), "--pid-file", pidFile.toString()
        };
        try (RawProcess start = Mail.server().options(options).process()) {
            assertThat(start.awaitExit()).as(start.output().text()).isZero();
            ProcessHandle server = process(pidFile);
            try (SmtpDialogue session = SmtpDialogue.to(port)) {
                session.expect(220);
                ProcessView view = new ProcessView(server.pid());
                assertThat(server.pid()).isNotEqualTo(start.process().pid());
                assertThat(view.session()).isEqualTo(server.pid());
                for (int standard = 0; standard < 3; standard++) {
                    assertThat(view.descriptor(standard)).isEqualTo(Path.of("/dev/null"));
                }
            } finally {
                terminate(server);
            }
            assertThat(pidFile).doesNotExist();
        }
    }

    @Test
    void detachReportsAPortInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(Loopback.v4(1, 0));
            String port = Integer.toString(taken.getLocalPort());
            try (RawProcess start =
                    Mail.server().options("--detach", "--quiet", "--port", port).process()) {
                assertThat(start.awaitExit()).isEqualTo(1);
                assertThat(OptionsIT.afterWarnings(start))
                        .singleElement()
                        .asString()
                        .contains("Failed to open socket on 127.0.0.1:" + port);
            }
        }
    }

    @Test
    void detachReportsAWrongOption() {
        try (RawProcess start = Mail.server().options("--detach", "--children=x").process()) {
            assertThat(start.awaitExit()).isEqualTo(2);
        }
    }

    @Test
    void pidFileHoldsTheProcessIdWhileItServes() throws IOException {
        Path pidFile = folder.resolve("run.pid");
        try (ServerUnderTest server =
                Mail.server().options("--pid-file", pidFile.toString()).start()) {
            Eventually.get(
                    "the process id",
                    () -> Files.readString(pidFile),
                    text -> text.equals(server.pid() + "\n"));
            assertThat(server.stop()).isZero();
        }
        assertThat(pidFile).doesNotExist();
    }

    @Test
    void pidFileOfALiveServerRefusesTheStartThatOfAnotherProcessDoesNot() throws IOException {
        Path pidFile = folder.resolve("live.pid");
        Files.writeString(pidFile, ProcessHandle.current().pid() + "\n");
        String[] options = {"--pid-file", pidFile.toString()};
        try (ServerUnderTest server = Mail.server().options(options).start()) {
            String alive = server.pid() + "\n";
            Eventually.get(
                    "the server's own number", () -> Files.readString(pidFile), alive::equals);
            try (RawProcess start = Mail.server().options(options).options("--quiet").process()) {
                assertThat(start.awaitExit()).isEqualTo(1);
                assertThat(OptionsIT.afterWarnings(start))
                        .containsExactly(
                                "Found an already running qpsmtpd with pid " + server.pid() + ".");
            }
            assertThat(pidFile).hasContent(alive);
        }
    }

    @Test
    void pidFileOfADeadProcessIsUsedAgain() throws IOException {
        Path pidFile = folder.resolve("stale.pid");
        Files.writeString(pidFile, NO_PROCESS + "\n");
        try (ServerUnderTest server =
                Mail.server().options("--pid-file", pidFile.toString()).start()) {
            Eventually.get(
                    "the new process id",
                    () -> Files.readString(pidFile),
                    text -> text.equals(server.pid() + "\n"));
        }
    }

    @Test
    void pidFileWithOtherContentIsLeftAlone() throws IOException {
        Path file = folder.resolve("notes");
        Files.writeString(file, "not a process id\n");
        try (RawProcess start =
                Mail.server().options("--pid-file", file.toString(), "--quiet").process()) {
            assertThat(start.awaitExit()).isEqualTo(1);
            assertThat(OptionsIT.afterWarnings(start))
                    .singleElement()
                    .asString()
                    .contains(file.toString());
        }
        assertThat(file).hasContent("not a process id");
    }

    @Test
    void pidFileIsNotWrittenThroughASymbolicLink() throws IOException {
        Path target = Files.createFile(folder.resolve("target"));
        Path link = Files.createSymbolicLink(folder.resolve("link.pid"), target);
        try (RawProcess start = Mail.server().options("--pid-file", link.toString()).process()) {
            assertThat(start.awaitExit()).isEqualTo(1);
        }
        assertThat(target).isEmptyFile();
    }
}
