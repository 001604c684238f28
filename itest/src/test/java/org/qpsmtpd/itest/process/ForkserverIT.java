package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.ServerUnderTest.RawProcess;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.Waiting;

/** {@code bin/qpsmtpd-forkserver} with its own nine options. */
class ForkserverIT {
    private final Path folder;

    ForkserverIT(@TempDir Path folder) {
        this.folder = folder;
    }

    /** As root it would become smtpd, whom not every host has. */
    private static ServerUnderTest.Builder forkserver(String... plugins) {
        ServerUnderTest.Builder builder =
                ServerUnderTest.builder().program("qpsmtpd-forkserver").plugins(plugins);
        return Shell.isRoot() ? builder.options("-u", "root") : builder;
    }

    private static ServerUnderTest.Builder forkserver() {
        return forkserver("rcpt_ok", "queue/maildir MAIL");
    }

    private static void assertServes(int host, int port) {
        try (SmtpDialogue session = SmtpDialogue.to(Loopback.v4(host, port))) {
            session.expect(220);
        }
    }

    @Test
    void everyAddressIsBoundOnEveryPort() throws IOException {
        int first = FreePort.take();
        int second = FreePort.take();
        String[] options = {
            "-p", "" + first, "-p", "" + second, "-l", "127.0.0.1", "--listen-address", "127.0.0.2"
        };
        String[] plugins = {Swaks.tlsLine(folder.resolve("keys")), "rcpt_ok", "queue/maildir MAIL"};
        try (ServerUnderTest server = forkserver().plugins(plugins).options(options).start()) {
            for (int host = 1; host <= 2; host++) {
                assertServes(host, first);
                assertServes(host, second);
            }
            try (SmtpDialogue session = SmtpDialogue.to(Loopback.v4(2, second))) {
                session.hello();
                Mail.deliver(session, "from forkserver");
            }
            Swaks.deliverBothWays(first);
            assertThat(server.maildir().messages()).hasSize(3);
        }
    }

    @Test
    void fifteenConnectionsAreServedAndTheSixteenthWaits() {
        assertThat(served(16)).isEqualTo(15);
    }

    @Test
    void limitOfConnectionsIsWhatTheOptionSays() {
        assertThat(served(4, "-c", "3")).isEqualTo(3);
    }

    /** Connects so many clients, and returns how many were accepted before one left. */
    private static long served(int clients, String... options) {
        SmtpDialogue[] sessions = new SmtpDialogue[clients];
        try (ServerUnderTest server =
                forkserver().options("--max-from-ip", "0").options(options).start()) {
            for (int i = 0; i < clients; i++) {
                sessions[i] = server.connect();
                if (i < clients - 1) {
                    sessions[i].hello();
                }
            }
            Mail.deliver(sessions[0], "with all of them there");
            long accepted =
                    server.log().lines().filter(line -> line.contains("Connection from")).count();
            sessions[0].close();
            sessions[clients - 1].expect(220);
            for (SmtpDialogue session : sessions) {
                session.close();
            }
            return accepted;
        }
    }

    @Test
    void fiveConnectionsOfAnAddressAreLetIn() {
        assertThat(admitted(6)).isEqualTo(5);
    }

    @Test
    void connectionsOfAnAddressAreWhatTheOptionSays() {
        assertThat(admitted(3, "-m", "2")).isEqualTo(2);
    }

    /** Connects so many clients, of whom the last one is sent away, and returns the others. */
    private static int admitted(int clients, String... options) {
        SmtpDialogue[] sessions = new SmtpDialogue[clients];
        try (ServerUnderTest server =
                forkserver("hosts_allow", "rcpt_ok", "queue/maildir MAIL")
                        .options(options)
                        .start()) {
            int admitted = 0;
            for (int i = 0; i < clients; i++) {
                sessions[i] = server.connect();
                admitted += sessions[i].read().code() == 220 ? 1 : 0;
            }
            for (SmtpDialogue session : sessions) {
                session.close();
            }
            return admitted;
        }
    }

    @Test
    void detachesAndWritesThePidFile() throws Exception {
        int port = FreePort.take();
        Path pidFile = folder.resolve("forkserver.pid");
        String[] options = {"-d", "-H", "-p", "" + port, "--pid-file", pidFile.toString()};
        try (RawProcess start = forkserver().options(options).process()) {
            assertThat(start.awaitExit()).as(start.output().text()).isZero();
            long pid = Long.parseLong(Files.readString(pidFile).strip());
            ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
            try {
                assertServes(1, port);
                assertThat(new ProcessView(pid).session()).isEqualTo(pid);
            } finally {
                server.destroy();
                server.onExit().get(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(pidFile).doesNotExist();
        }
    }

    @Test
    void rootBecomesSmtpdByDefault() {
        assumeTrue(Shell.isRoot(), "only root can switch");
        assumeTrue(!hasSmtpd(), "this host has a user smtpd, who may not read the distribution");
        try (RawProcess start =
                ServerUnderTest.builder().program("qpsmtpd-forkserver").plugins().process()) {
            assertThat(start.awaitExit()).isEqualTo(1);
            assertThat(start.output().awaitEnd().lines())
                    .singleElement()
                    .asString()
                    .startsWith("FATAL: there is no user smtpd");
        }
    }

    private static boolean hasSmtpd() {
        try {
            return Files.readAllLines(Path.of("/etc/passwd")).stream()
                    .anyMatch(line -> line.startsWith("smtpd:"));
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void helpNamesItsNineOptions() {
        for (String option : new String[] {"-h", "--help"}) {
            try (RawProcess process = forkserver().options(option).process()) {
                assertThat(process.awaitExit()).isZero();
                assertThat(process.output().awaitEnd())
                        .startsWith("usage: qpsmtpd-forkserver [options]\n")
                        .contains("-l", "-p", "-c", "-m", "-u", "--pid-file", "-d", "-H", "-h");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--children=3", "-L", "--PORT=25", "-p25", "-p=x", "-l=127.0.0.256"})
    void aWrongOptionIsOneLineAndStatusTwo(String option) {
        try (RawProcess process = forkserver().options(option).process()) {
            assertThat(process.awaitExit()).isEqualTo(2);
            assertThat(process.output().awaitEnd().lines().toList())
                    .singleElement()
                    .asString()
                    .startsWith("qpsmtpd-forkserver: ");
        }
    }
}
