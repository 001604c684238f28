package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

/** {@code bin/qpsmtpd --attach} under the real xinetd and tcpserver, before one running server. */
@Timeout(240)
class AttachIT {
    private static final String PROGRAM = ServerUnderTest.home() + "/bin/qpsmtpd";
    private static final int CONNECTS = 5;

    /** Of those that wait a second each. */
    private static final int SLOW_CONNECTS = 3;

    /** What the script {@code qpsmtpd} does that Debian's package leaves out. */
    private static final String PERL =
            """
            #!/usr/bin/perl
            open(STDERR, ">", "/dev/null");
            $| = 1;
            use IO::Socket::INET;
            use Qpsmtpd::TcpServer;
            my $server = Qpsmtpd::TcpServer->new();
            $server->load_plugins();
            $server->start_connection();
            $server->run(IO::Socket::INET->new_from_fd(0, "r+"));
            """;

    private static ServerUnderTest server;

    private final Path folder;
    private final List<Process> started = new ArrayList<>();
    private final int port;

    AttachIT(@TempDir Path folder) throws IOException {
        this.folder = folder;
        port = FreePort.take();
    }

    @BeforeAll
    static void startServer(@TempDir Path keys) throws IOException {
        Program.find("socat", "socat");
        server =
                ServerUnderTest.builder()
                        .plugins(
                                Swaks.tlsLine(keys),
                                "relay",
                                "whitelist",
                                "rcpt_ok",
                                "queue/maildir MAIL")
                        .start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
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

    private static Map<String, String> environment(Path socket) {
        return Map.of("PATH", System.getenv("PATH"), "QPSMTPD_ATTACH", socket.toString());
    }

    private ProcessOutput start(Map<String, String> environment, List<String> command)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return ProcessOutput.of(process.getInputStream());
    }

    private static void awaitListening(int port) {
        String row = String.format(":%04X", port);
        Eventually.holds(
                "a listening super-server",
                () ->
                        (Files.readString(Path.of("/proc/net/tcp"))
                                        + Files.readString(Path.of("/proc/net/tcp6")))
                                .lines()
                                .anyMatch(line -> line.contains(row) && line.contains(" 0A ")));
    }

    private void xinetd(String bind, int at, Map<String, String> environment, String program)
            throws IOException {
        xinetd("no", bind, at, environment, program);
    }

    private void xinetd(
            String wait, String bind, int at, Map<String, String> environment, String program)
            throws IOException {
        String variables =
                environment.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(" "));
        Path file =
                Files.writeString(
                        folder.resolve("xinetd-" + at + ".conf"),
                        """
                        service smtp-under-test
                        {
                            type        = UNLISTED
                            socket_type = stream
                            protocol    = tcp
                            wait        = %s
                            cps         = 1000 1
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
                                        at,
                                        variables,
                                        program.replace(" ", "\n    server_args = ")));
        start(
                Map.of(),
                List.of(
                        Program.find("xinetd", "xinetd").path().toString(),
                        "-dontfork",
                        "-f",
                        file.toString(),
                        "-pidfile",
                        folder.resolve("xinetd-" + at + ".pid").toString()));
        awaitListening(at);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void xinetdHandsASessionOver(String bind) throws IOException {
        xinetd(bind, port, environment(server.attach()), PROGRAM + " --attach");
        boolean v4 = bind.equals("127.0.0.1");
        InetSocketAddress address = v4 ? Loopback.v4(1, port) : Loopback.v6(port);
        try (SmtpDialogue session =
                v4 ? SmtpDialogue.from(Loopback.v4(5), address) : SmtpDialogue.to(address)) {
            String client = v4 ? "127.0.0.5" : "[::1]";
            session.hello();
            assertThat(Console.run(server, "connections")).contains(client + ":");
            Mail.deliver(session, "under xinetd");
            assertThat(session.command("QUIT").code()).isEqualTo(221);
            session.expectClosed();
        }
        assertThat(Console.run(server, "status")).doesNotContain(server.attach().toString());
    }

    @Test
    void nothingIsLostWhenTheClientClosesItsHalf() throws IOException {
        xinetd("127.0.0.1", port, environment(server.attach()), PROGRAM + " --attach");
        try (SmtpDialogue session = SmtpDialogue.to(Loopback.v4(1, port))) {
            session.expect(220);
            session.sendText(Mail.wholeSession(50_000)).shutdownOutput();
            assertThat(session.rest()).contains("\r\n250 2.0.0 Queued!", "\r\n221 2.0.0 ");
        }
    }

    @Test
    void swaksDelivers() throws IOException {
        xinetd("127.0.0.1", port, environment(server.attach()), PROGRAM + " --attach");
        Swaks.deliverBothWays(port);
    }

    private ProcessOutput tcpserver(Map<String, String> environment, String... rules)
            throws IOException {
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
        Eventually.holds("compiled rules", () -> Files.exists(table));
        String tcpserver = Program.find("tcpserver", "ucspi-tcp").path().toString();
        ProcessOutput output =
                start(
                        environment,
                        List.of(
                                tcpserver,
                                "-R",
                                "-H",
                                "-l0",
                                "-x",
                                table.toString(),
                                "127.0.0.1",
                                Integer.toString(port),
                                PROGRAM,
                                "--attach"));
        awaitListening(port);
        return output;
    }

    @Test
    void rulesOfTcpserverDecideWhoMayRelay() throws IOException {
        tcpserver(
                environment(server.attach()),
                "127.0.0.2:allow,RELAYCLIENT=\"\"",
                "127.0.0.4:allow,TCPREMOTEHOST=\"a%s\\n.test\",TCPREMOTEIP=\"192.0.2.7\"",
                ":allow");
        assertThat(relayReply(2)).isEqualTo(250);
        assertThat(relayReply(1)).isEqualTo(550);
        InetSocketAddress address = Loopback.v4(1, port);
        try (SmtpDialogue session = SmtpDialogue.from(Loopback.v4(4), address)) {
            assertThat(session.hello().toString()).contains("[192.0.2.7]");
        }
    }

    @Test
    void rulesOfTcpserverDecideWhoIsWhitelisted() throws IOException {
        tcpserver(environment(server.attach()), "127.0.0.2:allow,WHITELISTCLIENT=\"\"", ":allow");
        for (int from : List.of(1, 2)) {
            InetSocketAddress address = Loopback.v4(1, port);
            try (SmtpDialogue session = SmtpDialogue.from(Loopback.v4(from), address)) {
                session.hello();
            }
        }
        server.awaitLog("(connect) whitelist: pass: WHITELISTCLIENT is set");
        assertThat(server.log().split("WHITELISTCLIENT is set", -1)).hasSize(2);
    }

    private int relayReply(int from) {
        InetSocketAddress address = Loopback.v4(1, port);
        try (SmtpDialogue session = SmtpDialogue.from(Loopback.v4(from), address)) {
            session.hello();
            session.envelope("joe@example.net");
            return session.command("RCPT TO:<amy@elsewhere.test>").code();
        }
    }

    @Test
    void aWrongVariableEndsTheConnectionWithALine() throws IOException {
        tcpserver(environment(server.attach()), ":allow,TCPREMOTEIP=\"nowhere\"");
        try (SmtpDialogue session = SmtpDialogue.to(Loopback.v4(1, port))) {
            session.expectClosed();
        }
        server.awaitLog(
                "no PROXY header from the attach socket: TCPREMOTEIP is \"nowhere\", no address,"
                        + " closing");
    }

    @ParameterizedTest
    @CsvSource({"nowhere, no server at", "stale, no server answers at"})
    void withoutServerTheClientIsAskedToComeAgain(String name, String reason) throws IOException {
        Path socket = folder.resolve(name);
        if (name.equals("stale")) {
            Program.find("python3", "python3")
                    .run(
                            "-c",
                            "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])",
                            socket.toString());
        }
        ProcessOutput output = tcpserver(environment(socket), ":allow");
        try (SmtpDialogue session = SmtpDialogue.to(Loopback.v4(1, port))) {
            session.expect(421, "4.3.2");
            session.expectClosed();
        }
        assertThat(output.await("a reason", text -> text.contains("\n")))
                .startsWith("qpsmtpd: " + reason + " " + socket + ": ")
                .hasLineCount(1);
    }

    /** Listens at a path as nobody, and would see the mail. */
    private void squat(Path socket) throws IOException {
        Process squatter =
                new ProcessBuilder(
                                "setpriv",
                                "--reuid=65534",
                                "--clear-groups",
                                Program.find("socat", "socat").path().toString(),
                                "UNIX-LISTEN:" + socket + ",fork",
                                "SYSTEM:cat >>seen")
                        .directory(Objects.requireNonNull(socket.getParent()).toFile())
                        .redirectErrorStream(true)
                        .start();
        started.add(squatter);
        Eventually.holds("a squatted socket", () -> Files.exists(socket));
    }

    @ParameterizedTest
    @CsvSource({
        "sticky, belongs to another user",
        "theirs, could be exchanged by others",
        "link, belongs to another user",
    })
    void aSocketOfAnotherUserGetsNoClient(String how, String reason) throws IOException {
        assumeTrue(Shell.isRoot(), "only root becomes another user");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path place = Files.createDirectory(folder.resolve(how));
        Files.setAttribute(place, "unix:mode", 01777);
        Path socket = place.resolve("attach");
        switch (how) {
            case "sticky" -> squat(socket);
            case "link" -> Files.createSymbolicLink(socket, server.attach());
            default -> {
                Shell.run("cp", "-a", server.attach().toString(), socket.toString());
                Shell.run("chown", "65534", place.toString());
            }
        }
        ProcessOutput output = tcpserver(environment(socket), ":allow");
        try (SmtpDialogue session = SmtpDialogue.to(Loopback.v4(1, port))) {
            session.expect(421, "4.3.2");
            session.expectClosed();
        }
        assertThat(output.await("a reason", text -> text.contains("\n")))
                .contains(reason)
                .hasLineCount(1);
        assertThat(place.resolve("seen")).doesNotExist();
    }

    @Test
    void rootGivesWayToTheUserWhoOwnsTheLog() throws IOException {
        assumeTrue(Shell.isRoot(), "only root becomes another user");
        Path home = UserIT.readableDistribution(folder);
        Path victim = Files.writeString(folder.resolve("victim"), "root's\n");
        Path log = Files.createDirectories(home.resolve("log"));
        Path link = Files.createSymbolicLink(log.resolve("qpsmtpd.log"), victim);
        Shell.run("chown", "-h", "nobody", log.toString(), link.toString());
        Map<String, String> nowhere = environment(folder.resolve("nowhere"));
        xinetd("127.0.0.1", port, nowhere, home + "/bin/qpsmtpd --attach");
        try (SmtpDialogue session = SmtpDialogue.to(Loopback.v4(1, port))) {
            session.expect(421, "4.3.2");
            session.expectClosed();
        }
        assertThat(victim).hasContent("root's\n");
        Files.delete(link);
        try (SmtpDialogue session = SmtpDialogue.to(Loopback.v4(1, port))) {
            session.expect(421, "4.3.2");
            session.expectClosed();
        }
        Eventually.holds("the log", () -> Files.exists(link) && Files.size(link) > 0);
        assertThat(link).content().startsWith("qpsmtpd: no server at ").hasLineCount(1);
        assertThat(Files.getOwner(link).getName()).isEqualTo("nobody");
    }

    @Test
    void anythingButASocketIsOneLineAndStatusOne() {
        Program.Result result =
                Program.find("sh", "dash").run("-c", PROGRAM + " --attach </dev/null");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output())
                .startsWith("qpsmtpd: standard input is no TCP connection: ")
                .hasLineCount(1);
    }

    @Test
    void theSocketIsForItsUserAlone() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(server.attach())))
                .isEqualTo("rw-------");
    }

    private static byte[] version2(String ends, String variable) {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes("\r\n\r\n\0\r\nQUIT\n".getBytes(ISO_8859_1));
        header.writeBytes(ends.getBytes(ISO_8859_1));
        byte[] octets = variable.getBytes(ISO_8859_1);
        header.writeBytes(new byte[] {0, (byte) (15 + octets.length)});
        header.writeBytes(new byte[] {(byte) 192, 0, 2, 7, 127, 0, 0, 1, 0x12, 0x67, 0, 25});
        header.writeBytes(new byte[] {(byte) 0xE0, 0, (byte) octets.length});
        header.writeBytes(octets);
        return header.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        "LOCAL, it names no client",
        "CONTROL, TCPREMOTEHOST has control characters",
        "TRUNCATED, the proxy ended before it",
        "GARBAGE, ''",
    })
    void whatIsNoHeaderEndsTheConnection(String kind, String reason) throws IOException {
        byte[] octets =
                switch (kind) {
                    case "LOCAL" -> version2(" \u0011", "RELAYCLIENT=");
                    case "CONTROL" -> version2("!\u0011", "TCPREMOTEHOST=a\r\nb");
                    case "TRUNCATED" -> "PROXY TCP4 192.0.2.7 ".getBytes(ISO_8859_1);
                    default -> "EHLO client.test\r\n".getBytes(ISO_8859_1);
                };
        try (SocketChannel channel =
                SocketChannel.open(UnixDomainSocketAddress.of(server.attach()))) {
            channel.write(ByteBuffer.wrap(octets));
            channel.shutdownOutput();
            assertThat(Channels.newInputStream(channel).readAllBytes()).isEmpty();
        }
        server.awaitLog("no PROXY header from the attach socket: " + reason);
    }

    /** The program of Debian's package, as inetd is to start it. */
    private String perl() throws IOException {
        if (!Files.isDirectory(Path.of("/usr/share/perl5/Qpsmtpd"))) {
            Program.missing("qpsmtpd (Debian: apt-get install qpsmtpd libnet-ip-perl)");
        }
        Path perl = Files.writeString(folder.resolve("qpsmtpd"), PERL);
        Files.setPosixFilePermissions(perl, PosixFilePermissions.fromString("rwxr-xr-x"));
        return perl.toString();
    }

    /** Both sides with the plugins that they have by default. */
    @Test
    void showsHowSoonAClientIsGreetedByDefault() throws IOException {
        String path = System.getenv("PATH");
        Map<String, String> ours =
                Map.of("PATH", path, "QPSMTPD_DEPLOY", folder.resolve("deploy").toString());
        int second = FreePort.take();
        xinetd("127.0.0.1", port, ours, PROGRAM);
        Map<String, String> theirs = Map.of("PATH", path, "QPSMTPD_CONFIG", "/etc/qpsmtpd");
        xinetd("127.0.0.1", second, theirs, perl());
        List<Long> own = new ArrayList<>();
        List<Long> perls = new ArrayList<>();
        for (int i = 0; i < SLOW_CONNECTS; i++) {
            own.add(greeting(port));
            perls.add(greeting(second));
        }
        Figures.print(
                "first reply under xinetd, of qpsmtpd, both with their default plugins:"
                        + " bin/qpsmtpd %.2f",
                Figures.of(own).median() / Figures.of(perls).median());
    }

    @Test
    void showsHowSoonAClientIsGreeted() throws IOException {
        Map<String, String> theirs =
                Map.of("PATH", System.getenv("PATH"), "QPSMTPD_CONFIG", usualConfig().toString());
        Map<String, String> fresh = new HashMap<>(environment(server.attach()));
        Path log = folder.resolve("fresh.log");
        fresh.put("QPSMTPD_CONFIG", configWithLog(log).toString());
        fresh.put("QPSMTPD_DEPLOY", server.deploy().toString());
        int second = FreePort.take();
        int third = FreePort.take();
        int fourth = FreePort.take();
        xinetd("127.0.0.1", port, environment(server.attach()), PROGRAM + " --attach");
        xinetd("127.0.0.1", second, fresh, PROGRAM);
        xinetd("127.0.0.1", third, theirs, perl());
        xinetd("yes", "127.0.0.1", fourth, fresh, PROGRAM);
        greeting(fourth); // starts it
        List<Long> attached = new ArrayList<>();
        List<Long> fromScratch = new ArrayList<>();
        List<Long> perls = new ArrayList<>();
        List<Long> kept = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTS; i++) {
                attached.add(greeting(port));
                fromScratch.add(greeting(second));
                perls.add(greeting(third));
                kept.add(greeting(fourth));
            }
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + Files.readString(log), e);
        }
        double theirMedian = Figures.of(perls).median();
        Figures.print(
                "first reply under xinetd, of qpsmtpd with its usual plugins but the one that"
                        + " waits: bin/qpsmtpd %.2f, bin/qpsmtpd --attach %.3f, with wait = yes %.3f",
                Figures.of(fromScratch).median() / theirMedian,
                Figures.of(attached).median() / theirMedian,
                Figures.of(kept).median() / theirMedian);
    }

    /** The server's configuration, with a log that tells why somebody was not greeted. */
    private Path configWithLog(Path log) throws IOException {
        Path config = folder.resolve("fresh");
        Shell.run("cp", "-a", server.config().toString(), config.toString());
        Files.writeString(config.resolve("logging"), "logging/file loglevel LOGWARN " + log);
        Files.writeString(log, "");
        return config;
    }

    /** Debian's configuration of qpsmtpd, without the plugin that waits a second. */
    private Path usualConfig() throws IOException {
        Path config = Files.createDirectory(folder.resolve("usual"));
        try (Stream<Path> files = Files.list(Path.of("/etc/qpsmtpd"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, config.resolve(file.getFileName().toString()));
            }
        }
        List<String> plugins = new ArrayList<>(Files.readAllLines(config.resolve("plugins")));
        plugins.removeIf(line -> line.startsWith("check_earlytalker"));
        Files.write(config.resolve("plugins"), plugins);
        return config;
    }

    private static long greeting(int port) {
        long begin = System.nanoTime();
        try (SmtpDialogue session = SmtpDialogue.to(port)) {
            session.expect(220);
            long time = System.nanoTime() - begin;
            session.command("QUIT");
            return time;
        }
    }
}
