package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.Waiting;

/** {@code bin/qpsmtpd} under the real tcpserver and xinetd. */
class InetdIT {
    private static final String PROGRAM = ServerUnderTest.home() + "/bin/qpsmtpd";

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();
    private final List<Process> started = new ArrayList<>();
    private int port;
    private String program = PROGRAM;

    InetdIT(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void configure() throws IOException {
        port = FreePort.take();
        Files.createDirectory(folder.resolve("config"));
        write("me", "mx.example.org");
        write("rcpthosts", "example.com");
        write("logging", "logging/file loglevel LOGINFO " + log());
        write(
                "plugins",
                Swaks.tlsLine(folder.resolve("keys")),
                "relay",
                "rcpt_ok",
                "queue/maildir " + folder.resolve("mail"));
        environment.put("QPSMTPD_CONFIG", folder.resolve("config").toString());
        environment.put("QPSMTPD_DEPLOY", folder.resolve("deploy").toString());
        environment.put("PATH", System.getenv("PATH"));
        environment.put("JAVA_HOME", System.getProperty("java.home"));
    }

    private void write(String name, String... lines) throws IOException {
        Files.write(folder.resolve("config").resolve(name), List.of(lines));
    }

    private Path log() {
        return folder.resolve("smtp.log");
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            if (!process.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private ProcessOutput start(Program program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.path().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return ProcessOutput.of(process.getInputStream());
    }

    private SmtpDialogue connect(InetSocketAddress address) {
        Eventually.holds("a listening super-server", () -> accepts(address));
        return SmtpDialogue.to(address);
    }

    /** Without a connection, which would start a server. */
    private static boolean accepts(InetSocketAddress address) throws IOException {
        String port = String.format(":%04X ", address.getPort());
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            boolean listening =
                    Files.readAllLines(Path.of(table)).stream()
                            .anyMatch(line -> line.contains(port) && line.contains(" 0A "));
            if (listening) {
                return true;
            }
        }
        return false;
    }

    private ProcessOutput tcpserver(String... rules) throws IOException {
        Path text = Files.write(folder.resolve("rules"), List.of(rules));
        Path table = folder.resolve("rules.cdb");
        Process compile =
                new ProcessBuilder(
                                Program.find("tcprules", "ucspi-tcp").path().toString(),
                                table.toString(),
                                folder.resolve("rules.tmp").toString())
                        .redirectInput(text.toFile())
                        .start();
        started.add(compile);
        Program program = Program.find("tcpserver", "ucspi-tcp");
        Eventually.holds("compiled rules", () -> Files.exists(table));
        String number = Integer.toString(port);
        return start(
                program, "-R", "-H", "-l0", "-x", table.toString(), "127.0.0.1", number, PROGRAM);
    }

    @Test
    void tcpserverPassesASessionOnAndTheConfigurationIsReadAnew() throws IOException {
        tcpserver(":allow");
        InetSocketAddress address = Loopback.v4(1, port);
        try (SmtpDialogue session = connect(address)) {
            session.hello();
            Mail.deliver(session, "under tcpserver");
            assertThat(session.command("QUIT").code()).isEqualTo(221);
            session.expectClosed();
        }
        assertThat(folder.resolve("mail/new")).isNotEmptyDirectory();
        Swaks.deliverBothWays(port);
        write("smtpgreeting", "changed ESMTP");
        try (SmtpDialogue session = connect(address)) {
            assertThat(session.expect(220).toString()).contains("changed ESMTP");
        }
    }

    @Test
    void rulesOfTcpserverDecideWhoMayRelay() throws IOException {
        tcpserver("127.0.0.2:allow,RELAYCLIENT=\"\"", "127.0.0.3:deny", ":allow");
        InetSocketAddress address = Loopback.v4(1, port);
        Eventually.holds("tcpserver", () -> accepts(address));
        assertThat(relayReply(2, address)).isEqualTo(250);
        assertThat(relayReply(1, address)).isEqualTo(550);
        try (SmtpDialogue session = SmtpDialogue.from(Loopback.v4(3), address)) {
            session.expectClosed();
        }
    }

    private static int relayReply(int from, InetSocketAddress address) {
        try (SmtpDialogue session = SmtpDialogue.from(Loopback.v4(from), address)) {
            session.hello();
            session.envelope("joe@example.net");
            return session.command("RCPT TO:<amy@elsewhere.test>").code();
        }
    }

    @Test
    void variablesOfTcpserverTellWhoTheClientIs() throws IOException {
        String rule =
                ":allow,TCPREMOTEHOST=\"client.example.net\",TCPREMOTEINFO=\"joe\","
                        + "TCPREMOTEIP=\"192.0.2.7\",TCPREMOTEPORT=\"4711\"";
        tcpserver(rule);
        try (SmtpDialogue session = connect(Loopback.v4(1, port))) {
            assertThat(session.hello().toString()).contains("client.example.net [192.0.2.7]");
        }
        Eventually.holds(
                "its line in the log",
                () ->
                        Files.readString(log())
                                .contains("Connection from joe@client.example.net [192.0.2.7]"));
    }

    @ParameterizedTest
    @CsvSource({
        "TCPREMOTEIP, nowhere, no address",
        "TCPREMOTEPORT, 70000, no port",
        "TCPLOCALIP, 127.0.0, no address",
    })
    void aWrongVariableIsOneLine(String name, String value, String reason) throws IOException {
        ProcessOutput output = tcpserver(":allow," + name + "=\"" + value + "\"");
        try (SmtpDialogue session = connect(Loopback.v4(1, port))) {
            session.expectClosed();
        }
        assertThat(output.await("a reason", text -> text.contains(reason)))
                .contains("FATAL: " + name + " is \"" + value + "\", " + reason)
                .hasLineCount(1);
    }

    private void xinetd(String wait, String bind) throws IOException {
        String variables =
                environment.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(" "));
        Path file =
                Files.writeString(
                        folder.resolve("xinetd.conf"),
                        """
                        service smtp-under-test
                        {
                            type        = UNLISTED
                            socket_type = stream
                            protocol    = tcp
                            wait        = %s
                            user        = %s
                            bind        = %s
                            port        = %d
                            env         = %s
                            server      = %s
                        }
                        """
                                .formatted(
                                        wait,
                                        System.getProperty("user.name"),
                                        bind,
                                        port,
                                        variables,
                                        program));
        start(
                Program.find("xinetd", "xinetd"),
                "-dontfork",
                "-f",
                file.toString(),
                "-pidfile",
                folder.resolve("xinetd.pid").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void xinetdPassesASessionOn(String bind) throws IOException {
        xinetd("no", bind);
        boolean v4 = bind.equals("127.0.0.1");
        try (SmtpDialogue session = connect(v4 ? Loopback.v4(1, port) : Loopback.v6(port))) {
            assertThat(session.hello().toString()).contains("[" + bind + "]");
            Mail.deliver(session, "under xinetd");
            assertThat(session.command("QUIT").code()).isEqualTo(221);
            session.expectClosed();
        }
        assertThat(log()).content().contains("[" + bind + "]");
        if (v4) {
            Swaks.deliverBothWays(port);
        }
    }

    @Test
    void xinetdPassesTheListeningSocketOn() throws IOException {
        xinetd("yes", "127.0.0.1");
        InetSocketAddress address = Loopback.v4(1, port);
        for (int i = 0; i < 3; i++) {
            try (SmtpDialogue session = connect(address)) {
                session.hello();
                Mail.deliver(session, "message " + i);
            }
        }
        Swaks.deliverBothWays(port);
        long servers =
                started.get(0)
                        .descendants()
                        .filter(process -> process.info().command().orElse("").endsWith("java"))
                        .count();
        assertThat(servers).isEqualTo(1);
    }

    @Test
    void rootGivesWayToTheUserWhoOwnsWhatTheServerWrites() throws IOException {
        assumeTrue(Shell.isRoot(), "only root becomes another user");
        Path home = UserIT.readableDistribution(folder);
        program = home + "/bin/qpsmtpd";
        Path victim = Files.writeString(folder.resolve("victim"), "root's\n");
        Path log = Files.createDirectories(home.resolve("log"));
        Path link = Files.createSymbolicLink(log.resolve("qpsmtpd.log"), victim);
        Path mail = Files.createDirectory(folder.resolve("mail"));
        Shell.run("chown", "-h", "nobody", log.toString(), link.toString(), mail.toString());
        write("logging", "logging/warn LOGINFO", "logging/file loglevel LOGINFO " + link);
        write("plugins", "rcpt_ok", "queue/maildir " + mail);
        xinetd("no", "127.0.0.1");
        try (SmtpDialogue session = connect(Loopback.v4(1, port))) {
            session.hello();
            Mail.deliver(session, "under xinetd");
        }
        assertThat(Shell.run("find", mail + "/new", "-type", "f", "-user", "nobody")).isNotBlank();
        assertThat(victim).hasContent("root's\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"</dev/null", "<&-", "<" + "/etc/passwd"})
    void anythingButASocketIsOneLineAndStatusOne(String input) {
        Program.Result result =
                Program.find("sh", "dash").run("-c", "exec " + PROGRAM + " " + input);
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output())
                .startsWith("qpsmtpd: standard input is no TCP connection: ")
                .hasLineCount(1);
    }

    @Test
    void aUnixSocketIsOneLineAndStatusOne() {
        Program.Result result =
                Program.find("python3", "python3")
                        .run(
                                "-c",
                                """
                                import socket, subprocess, sys
                                ours, theirs = socket.socketpair()
                                sys.exit(subprocess.call(sys.argv[1], stdin=theirs))
                                """,
                                PROGRAM);
        assertThat(result.status()).as(result.output()).isEqualTo(1);
        assertThat(result.output())
                .startsWith("FATAL: standard input is no TCP connection: ")
                .hasLineCount(1);
    }
}
