package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.ServerUnderTest.RawProcess;
import org.qpsmtpd.itest.SmtpDialogue;

/** {@code bin/qpsmtpd-console} and {@code --console}, with a server that takes mail. */
class ConsoleIT {
    private final Path folder;

    ConsoleIT(@TempDir Path folder) {
        this.folder = folder;
    }

    private Path socket() {
        return folder.resolve("console.sock");
    }

    private ServerUnderTest.Builder server() {
        return Mail.server().environment("QPSMTPD_CONSOLE", socket().toString());
    }

    private record Answer(int status, String out, String err) {}

    private static Process start(Path home, List<String> before, String... words) {
        List<String> command = new ArrayList<>(before);
        command.add(home.resolve("bin/qpsmtpd-console").toString());
        command.addAll(List.of(words));
        try {
            return new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Answer finish(Process process, String input) {
        ProcessOutput out = ProcessOutput.of(process.getInputStream());
        ProcessOutput err = ProcessOutput.of(process.getErrorStream());
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            assertThat(input).as("a client that does not read its input").isEmpty();
        }
        String printed = out.awaitEnd();
        String errors = err.awaitEnd();
        try {
            return new Answer(process.waitFor(), printed, errors);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private Answer ask(String... words) {
        List<String> all = new ArrayList<>(List.of("--socket", socket().toString()));
        all.addAll(List.of(words));
        return finish(start(ServerUnderTest.home(), List.of(), all.toArray(String[]::new)), "");
    }

    /** What it prints; it must succeed. */
    private String printed(String... words) {
        Answer answer = ask(words);
        assertThat(answer.status()).as("%s", answer).isZero();
        assertThat(answer.err()).isEmpty();
        return answer.out();
    }

    @Test
    void showsHowTheServerIsDoing() {
        try (ServerUnderTest server = server().start();
                SmtpDialogue session = server.connect()) {
            session.hello();
            assertThat(printed("status"))
                    .contains("accepts on   127.0.0.1:" + server.port())
                    .contains("connections  1 open")
                    .contains(" plugins in generation 1");
            assertThat(printed("plugins", "rcpt")).contains("rcpt_ok").doesNotContain("maildir");
            assertThat(printed("connections")).containsPattern("127\\.0\\.0\\.1:\\d+ .* command ");
            assertThat(printed("config", "rcpthosts")).contains("example.com");
            assertThat(printed("lb")).contains("qpsmtpd core");
        }
    }

    @Test
    void explainsARefusedAndAnAcceptedMessage() {
        try (ServerUnderTest server = server().start()) {
            try (SmtpDialogue session = server.connect()) {
                session.hello();
                session.command("MAIL FROM:<" + Mail.SENDER + ">");
                assertThat(session.command("RCPT TO:<amy@elsewhere.test>").code()).isEqualTo(550);
                session.command("RSET");
                Mail.deliver(session, "accepted");
                assertThat(session.command("QUIT").code()).isEqualTo(221);
            }
            String id =
                    Eventually.get(
                            "the record of the session",
                            () -> firstWord(printed("why").lines().skip(1).findFirst().orElse("")),
                            first -> !first.isEmpty());
            assertThat(printed("why", id))
                    .contains("from     <" + Mail.SENDER + ">")
                    .containsPattern("rcpt +rcpt_ok +1\\.0\\.0 +DENY .*Relaying denied")
                    .containsPattern("\\(server\\) +reply +550 5\\.7\\.1 Relaying denied")
                    .contains("to       <" + Mail.RECIPIENT + ">")
                    .containsPattern("outcome  250 2\\.0\\.0 Queued")
                    .containsPattern("queue +queue/maildir +1\\.0\\.0 +OK ");
        }
    }

    private static String firstWord(String line) {
        return line.split(" ", 2)[0];
    }

    @Test
    void steersTheServer() {
        try (ServerUnderTest server = server().start();
                SmtpDialogue session = server.connect()) {
            session.hello();
            String id = firstWord(printed("connections").lines().toList().get(1));
            assertThat(printed("pause")).isEqualTo("Accepts no connections.\n");
            assertThat(printed("status")).contains("paused");
            assertThat(printed("continue")).isEqualTo("Accepts connections.\n");
            assertThat(printed("list", "1")).contains(id);
            assertThat(printed("kill", "127.0.0.1")).isEqualTo("Ended " + id + ".\n");
            session.expect(421, "4.3.2", "Your connection has been killed by an administrator");
            session.expectClosed();
            assertThat(ask("kill", id).status()).isEqualTo(1);
            server.writeConfig("plugins", "rcpt_ok", "no_such_plugin");
            assertThat(ask("reload").out()).contains("no_such_plugin");
            assertThat(printed("shutdown")).isEqualTo("The server stops.\n");
            assertThat(server.awaitExit()).isZero();
        }
    }

    @Test
    void checksAConfiguration() throws IOException {
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(config.resolve("plugins"), "rcpt_ok\nqueue/discard\n");
        Files.writeString(config.resolve("rcpthosts"), "example.com\n");
        try (ServerUnderTest server = server().start()) {
            assertThat(printed("check-config", config.toString())).startsWith("No problem");
            Files.writeString(config.resolve("plugins"), "queue/discard\nheaders requre From\n");
            Answer answer = ask("check-config", config.toString());
            assertThat(answer.status()).isEqualTo(1);
            assertThat(answer.out()).contains(config + "/plugins:2: ").contains("requre");
            assertThat(server.log()).doesNotContain("requre");
        }
    }

    @Test
    void followsAClient() {
        try (ServerUnderTest server = server().start()) {
            Process trace =
                    start(
                            ServerUnderTest.home(),
                            List.of(),
                            "--socket",
                            socket().toString(),
                            "trace",
                            "127.0.0.1");
            try {
                ProcessOutput lines = ProcessOutput.of(trace.getInputStream());
                Eventually.holds(
                        "the trace",
                        () -> {
                            Mail.deliver(server, "traced");
                            return lines.text().contains("rcpt_ok");
                        });
            } finally {
                trace.destroy();
            }
            assertThat(printed("status")).contains("accepts on");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "plugins",
                "generations",
                "deployments",
                "connections",
                "config me",
                "why",
                "reload",
                "help"
            })
    void everyCommandSpeaksJson(String command) {
        try (ServerUnderTest server = server().start();
                SmtpDialogue session = server.connect()) {
            session.hello();
            String json = printed(command + " --json");
            assertThat(json.lines()).hasSize(1);
            Process python = python();
            Answer parsed = finish(python, json);
            assertThat(parsed.status()).as("%s\n%s", json, parsed).isZero();
        }
    }

    private static Process python() {
        try {
            return new ProcessBuilder("python3", "-c", "import json, sys; json.load(sys.stdin)")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void failuresAreOneLineAndAStatus() {
        try (ServerUnderTest server = server().start()) {
            assertThat(server.port()).isPositive();
            assertThat(ask("staus"))
                    .isEqualTo(new Answer(2, "", "no command 'staus', did you mean 'status'?\n"));
            assertThat(ask("status", "--jsn"))
                    .isEqualTo(
                            new Answer(
                                    2,
                                    "",
                                    "status: unknown option '--jsn', did you mean '--json'?\n"));
            assertThat(ask("kill", "no.such"))
                    .isEqualTo(
                            new Answer(
                                    1, "", "kill: no open connection no.such: see connections\n"));
        }
        Answer answer = ask("status");
        assertThat(answer.status()).isEqualTo(2);
        assertThat(answer.err().lines()).hasSize(1);
        assertThat(answer.err()).startsWith("qpsmtpd-console: no server at " + socket());
    }

    @Test
    void itIsThereAgainOnceThereAreDescriptors() {
        try (ServerUnderTest server = server().start()) {
            assertThat(printed("status")).contains("accepts on");
            try (NoDescriptors none = NoDescriptors.in(server)) {
                assertThat(none).isNotNull();
                // The kernel took a descriptor for the next client when it began to wait for one.
                assertThat(ask("status").status()).isZero();
                Answer answer = ask("status");
                assertThat(answer.status()).isEqualTo(1);
                assertThat(answer.err())
                        .startsWith("qpsmtpd-console: the server does not answer")
                        .hasLineCount(1);
                server.awaitLog("the console can accept nobody: Too many open files");
            }
            assertThat(printed("status")).contains("accepts on");
            server.awaitLog("the console accepts again");
            assertThat(server.log().lines())
                    .filteredOn(line -> line.contains("the console can accept nobody"))
                    .hasSize(1);
        }
    }

    /** One that answers each command with what would steer a terminal. */
    private static void answerBadly(ServerSocketChannel listening) {
        byte[] text = "a\u001b]0;title\u0007\u009b2J\u202e\n".getBytes(StandardCharsets.UTF_8);
        ByteBuffer answer =
                ByteBuffer.allocate(64)
                        .put((byte) 'O')
                        .putInt(text.length + 1)
                        .put(text)
                        .put((byte) 0x9b)
                        .put((byte) 'X')
                        .putInt(1)
                        .put((byte) 0)
                        .flip();
        try (SocketChannel client = listening.accept()) {
            client.write(answer);
            while (client.read(ByteBuffer.allocate(1000)) >= 0) {
                // until it has gone
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theServerDoesNotSteerTheTerminal() throws Exception {
        try (ServerSocketChannel listening =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(socket()));
            Thread server = new Thread(() -> answerBadly(listening), "bad server");
            server.start();
            assertThat(printed("status")).isEqualTo("a\\x1B]0;title\\x07\\x9B2J\\u202E\n\\x9B");
            server.join();
        }
    }

    /** A socket of somebody else's in a folder that everybody may write, where ours would be. */
    @Test
    void aSocketOfAnotherUserIsNotBelieved() throws IOException {
        assumeTrue(Shell.isRoot(), "only root can be several users");
        Shell.run("chmod", "755", folder.toString());
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Shell.run("chmod", "1777", shared.toString());
        Path planted = shared.resolve("console.sock");
        List<String> command = new ArrayList<>(as("daemon"));
        command.addAll(List.of("socat", "UNIX-LISTEN:" + planted + ",fork", "EXEC:cat"));
        Process squatter = new ProcessBuilder(command).start();
        try {
            Eventually.holds("the planted socket", () -> Files.exists(planted));
            Answer answer =
                    finish(
                            start(
                                    ServerUnderTest.home(),
                                    List.of(),
                                    "--socket",
                                    planted.toString(),
                                    "status"),
                            "");
            assertThat(answer.status()).isEqualTo(2);
            assertThat(answer.out()).isEmpty();
            assertThat(answer.err()).contains("user daemon listens there").hasLineCount(1);
        } finally {
            squatter.destroy();
        }
    }

    @Test
    void commandsComeFromStandardInputToo() {
        try (ServerUnderTest server = server().start()) {
            Process client =
                    start(ServerUnderTest.home(), List.of(), "--socket", socket().toString());
            Answer answer =
                    finish(client, "# a comment\nstatus\nno-such\nconfig me\nexit\npause\n");
            assertThat(answer.status()).isEqualTo(2);
            assertThat(answer.out()).contains("accepts on").contains("mx.example.org");
            assertThat(answer.err()).startsWith("no command 'no-such'");
            try (SmtpDialogue session = server.connect()) {
                session.expect(220);
            }
        }
    }

    @Test
    void theSocketIsTheOwnersAloneAndGoesWithTheServer() throws IOException {
        try (ServerUnderTest server = server().start()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
                    .isEqualTo("rw-------");
            assertThat(server.stop()).isZero();
        }
        assertThat(socket()).doesNotExist();
    }

    @Test
    void aSocketLeftByAKilledServerIsReplaced() {
        try (ServerUnderTest server = server().start()) {
            server.kill();
        }
        assertThat(socket()).exists();
        try (ServerUnderTest server = server().start()) {
            assertThat(printed("status")).contains(":" + server.port());
        }
    }

    @Test
    void theOnlyServerIsFoundAndOtherUsersAreRefused() {
        assumeTrue(Shell.isRoot(), "only root can be several users");
        Path home = UserIT.readableDistribution(folder);
        try (ServerUnderTest server = withUsualSocket(home).start()) {
            Answer root = finish(start(home, List.of(), "status"), "");
            assertThat(root.out()).contains(":" + server.port());
            Answer same = finish(start(home, as("nobody"), "status"), "");
            assertThat(same.out()).contains(":" + server.port());
            Answer other = finish(start(home, as("daemon"), "status"), "");
            assertThat(other.status()).isEqualTo(2);
            assertThat(other.err()).contains("root alone");
            try (ServerUnderTest second = withUsualSocket(home).start()) {
                Answer several = finish(start(home, List.of(), "status"), "");
                assertThat(several.status()).isEqualTo(2);
                assertThat(several.err())
                        .contains("--socket")
                        .contains("console-" + server.pid() + ".sock")
                        .contains("console-" + second.pid() + ".sock");
            }
        }
    }

    /** A server whose socket is where a server of a distribution has it. */
    private static ServerUnderTest.Builder withUsualSocket(Path home) {
        return Mail.server()
                .home(home)
                .environment("QPSMTPD_CONSOLE", "")
                .options("--user", "nobody");
    }

    private static List<String> as(String user) {
        String group = Shell.run("id", "-g", user).strip();
        return List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--clear-groups");
    }

    @Test
    void theServerReadsCommandsItself() throws IOException {
        try (RawProcess process = server().options("--console").process()) {
            ProcessOutput output = process.output();
            output.await("the start", text -> text.contains("Listening on"));
            OutputStream in = process.process().getOutputStream();
            in.write("status\nlb\n".getBytes(StandardCharsets.UTF_8));
            in.flush();
            output.await("the status", text -> text.contains("accepts on"));
            output.await("the bundles", text -> text.contains("qpsmtpd core"));
            in.close();
            Matcher port = Pattern.compile("Listening on [^:]+:(\\d+)").matcher(output.text());
            assertThat(port.find()).isTrue();
            assertThat(OptionsIT.serves(Loopback.v4(1, Integer.parseInt(port.group(1))))).isTrue();
            process.process().destroy();
            assertThat(process.awaitExit()).isZero();
        }
    }
}
