package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.ServerUnderTest.RawProcess;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.Waiting;

/** The units in {@code service/systemd}, sd_notify and sockets passed on. */
class SystemdIT {
    /** Writes each datagram that comes to a Unix-domain socket, a line each. */
    private static final String RECEIVER =
            """
            import socket, sys
            receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            name = sys.argv[1]
            receiver.bind("\\0" + name[1:] if name.startswith("@") else name)
            print("bound", flush=True)
            while True:
                print(receiver.recv(4096).decode().replace("\\n", " "), flush=True)
            """;

    private final Path folder;

    SystemdIT(@TempDir Path folder) {
        this.folder = folder;
    }

    /** The units, with the distribution under test in the place of the installed one. */
    private List<String> units() throws IOException {
        Path home = ServerUnderTest.home();
        try (Stream<Path> units = Files.list(home.resolve("service/systemd"))) {
            for (Path unit : units.toList()) {
                String text = Files.readString(unit);
                Files.writeString(
                        folder.resolve(unit.getFileName()),
                        text.replace("/usr/share/qpsmtpd", home.toString()));
            }
        }
        return List.of(folder + "/qpsmtpd.service", folder + "/qpsmtpd.socket");
    }

    @Test
    void unitsAreWithoutFault() throws IOException {
        Program analyze = Program.find("systemd-analyze", "systemd");
        List<String> units = units();
        Program.Result result = analyze.run("verify", units.get(0), units.get(1));
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output().lines().filter(line -> line.contains("qpsmtpd"))).isEmpty();
    }

    @Test
    void serviceIsWellConfined() throws IOException {
        Program analyze = Program.find("systemd-analyze", "systemd");
        String service = units().get(0);
        Program.Result result =
                analyze.run("security", "--offline=true", "--threshold=20", service);
        assertThat(result.status()).as(result.output()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"path", "abstract"})
    void tellsWhenItServesReloadsAndStops(String kind) throws Exception {
        boolean inFiles = kind.equals("path");
        String socket = inFiles ? folder + "/notify" : "@" + folder + "/notify";
        Process receiver =
                new ProcessBuilder(python().path().toString(), "-c", RECEIVER, socket)
                        .redirectErrorStream(true)
                        .start();
        try {
            ProcessOutput told = ProcessOutput.of(receiver.getInputStream());
            told.await("the socket", text -> text.contains("bound"));
            try (ServerUnderTest server =
                    Mail.server().environment("NOTIFY_SOCKET", socket).start()) {
                told.await("ready", text -> text.contains("READY=1 MAINPID=" + server.pid()));
                assertThat(told.text()).doesNotContain("STOPPING", "RELOADING");
                server.signal("HUP");
                told.await("reloading", text -> text.matches("(?s).*RELOADING=1.*READY=1.*"));
                assertThat(server.stop()).isZero();
                told.await("stopping", text -> text.endsWith("STOPPING=1\n"));
            }
        } finally {
            receiver.destroy();
            receiver.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static Program python() {
        return Program.find("python3", "python3");
    }

    @Test
    void servesAlthoughNobodyListensToIt() {
        try (ServerUnderTest server =
                Mail.server().environment("NOTIFY_SOCKET", folder + "/nobody").start()) {
            Mail.deliver(server, "untold");
            server.awaitLog("NOTIFY_SOCKET: " + folder + "/nobody cannot be told");
        }
    }

    @Test
    void saysSoWhenTheNameIsNoSocket() {
        try (ServerUnderTest server =
                Mail.server().environment("NOTIFY_SOCKET", "relative").start()) {
            server.awaitLog("NOTIFY_SOCKET is \"relative\", which is no socket");
        }
    }

    @Test
    void servesSocketsThatWerePassedOn() throws Exception {
        int first = FreePort.take();
        int second = FreePort.take();
        Program activate = Program.find("systemd-socket-activate", "systemd");
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(config.resolve("me"), "mx.example.org\n");
        Files.writeString(config.resolve("loglevel"), "6\n");
        Files.writeString(config.resolve("rcpthosts"), "example.com\n");
        Files.write(
                config.resolve("plugins"),
                List.of(
                        Swaks.tlsLine(folder.resolve("keys")),
                        "rcpt_ok",
                        "queue/maildir " + folder.resolve("mail")));
        Process process =
                activate.start(
                        List.of(
                                "--listen=127.0.0.1:" + first,
                                "--listen=[::1]:" + second,
                                "--setenv=QPSMTPD_CONFIG=" + config,
                                "--setenv=QPSMTPD_DEPLOY=" + folder.resolve("deploy"),
                                "--setenv=JAVA_HOME=" + System.getProperty("java.home"),
                                "--setenv=PATH=" + System.getenv("PATH"),
                                ServerUnderTest.home() + "/bin/qpsmtpd-prefork"),
                        List.of());
        try {
            ProcessOutput output = ProcessOutput.of(process.getInputStream());
            Eventually.holds("a greeting", () -> isGreeted(first));
            try (SmtpDialogue session = SmtpDialogue.to(Loopback.v6(second))) {
                session.expect(220);
            }
            Swaks.deliverBothWays(first);
            output.await("its addresses", text -> text.contains("Listening on [::1]:" + second));
            assertThat(output.text())
                    .contains("Listening on 127.0.0.1:" + first)
                    .doesNotContain("Listening on [::]:2525");
        } finally {
            process.destroy();
            process.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static boolean isGreeted(int port) {
        try (SmtpDialogue session = SmtpDialogue.to(port)) {
            return session.read().code() == 220;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    @Test
    void socketsForAnotherProcessAreNotTaken() {
        try (ServerUnderTest server =
                Mail.server()
                        .environment("LISTEN_FDS", "1")
                        .environment("LISTEN_PID", "1")
                        .start()) {
            Mail.deliver(server, "own sockets");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LISTEN_FDS, 1, LISTEN_PID is not set",
        "LISTEN_PID, x, 'LISTEN_PID is \"x\", no number'",
    })
    void halfAnEnvironmentIsOneLineAndStatusOne(String name, String value, String reason) {
        try (RawProcess process =
                Mail.server().options("--quiet").environment(name, value).process()) {
            assertThat(process.awaitExit()).isEqualTo(1);
            assertThat(OptionsIT.afterWarnings(process))
                    .singleElement()
                    .asString()
                    .startsWith("FATAL: " + reason);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3</dev/null; LISTEN_FDS=1 | it is no listening stream socket",
                "3<&-; LISTEN_FDS=1 | it is no listening stream socket",
                "3<&-; LISTEN_FDS=one | LISTEN_FDS is \"one\", no number",
            })
    void anythingElsePassedOnIsOneLineAndStatusOne(String setting, String reason) {
        Program shell = Program.find("sh", "dash");
        String server = ServerUnderTest.home() + "/bin/qpsmtpd-prefork --quiet --port 0";
        String line = "exec " + setting + " LISTEN_PID=$$ exec " + server;
        Program.Result result = shell.run("-c", line);
        assertThat(result.status()).as(result.output()).isEqualTo(1);
        assertThat(result.output().lines().filter(text -> text.startsWith("FATAL: ")))
                .singleElement()
                .asString()
                .contains(reason);
    }
}
