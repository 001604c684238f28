package org.qpsmtpd.plugin.logging.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.TestCertificate;

@Timeout(60)
final class SyslogPluginTest {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final Instant TIME = Instant.parse("2026-03-04T05:06:07.891234Z");
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final Path directory;
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final List<SyslogPlugin> plugins = new ArrayList<>();

    SyslogPluginTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private SyslogPlugin plugin(Object... options) {
        Map<String, Object> all = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            all.put((String) options[i], options[i + 1]);
        }
        SyslogPlugin plugin =
                new SyslogPlugin(
                        Configs.config(SyslogConfig.class, all),
                        new PrintStream(errors, true, UTF_8),
                        10);
        plugins.add(plugin);
        return plugin;
    }

    private static String[] ways(String... words) {
        return words;
    }

    @AfterEach
    void close() throws InterruptedException {
        for (SyslogPlugin plugin : plugins) {
            plugin.close();
        }
    }

    private static LogRecord line(LogLevel level, String text) {
        return new LogRecord(TIME, level, "c1", "rcpt", "rcpt_ok", text);
    }

    private static void await(BooleanSupplier condition) {
        long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(due);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private static String receive(DatagramSocket server) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[10_000], 10_000);
        server.setSoTimeout(PATIENCE_MILLIS);
        server.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), UTF_8);
    }

    private static DatagramSocket udp() throws IOException {
        return new DatagramSocket(new InetSocketAddress(HERE, 0));
    }

    private static ServerSocket tcp() throws IOException {
        return new ServerSocket(0, 50, HERE);
    }

    private static String place(int port) {
        return HERE.getHostAddress() + ":" + port;
    }

    private static Socket accept(ServerSocket server) throws IOException {
        server.setSoTimeout(PATIENCE_MILLIS);
        Socket client = server.accept();
        client.setSoTimeout(PATIENCE_MILLIS);
        return client;
    }

    private static String readTo(Socket client, int end) throws IOException {
        return readTo(client.getInputStream(), end);
    }

    private static String readTo(InputStream in, int end) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != end; c = in.read()) {
            assertThat(c).as("before the end of the line").isNotNegative();
            line.write(c);
        }
        return line.toString(UTF_8);
    }

    @Test
    void sendsDatagramsAsBsdDid() throws Exception {
        try (DatagramSocket server = udp()) {
            SyslogPlugin plugin =
                    plugin("host", place(server.getLocalPort()), "loglevel", "LOGINFO");
            assertThat(plugin.onLog(line(LogLevel.INFO, "pass: grüße")))
                    .isEqualTo(HookResult.DECLINED);

            assertThat(receive(server))
                    .matches(
                            "<22>Mar [ \\d]\\d \\d\\d:06:07 "
                                    + HostName.ofThisMachine()
                                    + " qpsmtpd\\[c1\\]: \\(rcpt\\) rcpt_ok: pass: grüße");
        }
    }

    @Test
    void sendsDatagramsAsRfc5424Wants() throws Exception {
        try (DatagramSocket server = udp()) {
            SyslogPlugin plugin =
                    plugin(
                            "host",
                            place(server.getLocalPort()),
                            "format",
                            "rfc5424",
                            "facility",
                            "local3",
                            "ident",
                            "mx1");
            plugin.onLog(line(LogLevel.CRIT, "bad"));

            assertThat(receive(server))
                    .matches(
                            "<154>1 2026-03-0\\dT\\d\\d:06:07.891234(Z|[+-]\\d\\d:\\d\\d) "
                                    + HostName.ofThisMachine()
                                    + " mx1 c1 rcpt - \\(rcpt\\) rcpt_ok: bad");
        }
    }

    @Test
    void sendsAllLinesWithThePriorityThatIsSet() throws Exception {
        try (DatagramSocket server = udp()) {
            SyslogPlugin plugin =
                    plugin(
                            "host",
                            place(server.getLocalPort()),
                            "loglevel",
                            "LOGINFO",
                            "priority",
                            "LOG_NOTICE");
            plugin.onLog(line(LogLevel.INFO, "a"));
            plugin.onLog(line(LogLevel.CRIT, "b"));

            assertThat(receive(server)).startsWith("<21>").endsWith(": a");
            assertThat(receive(server)).startsWith("<21>").endsWith(": b");
        }
    }

    @Test
    void leavesOutWhatIsLessUrgentThanItsLevel() throws Exception {
        try (DatagramSocket server = udp()) {
            SyslogPlugin plugin = plugin("host", place(server.getLocalPort()));
            assertThat(plugin.threshold()).isEqualTo(LogLevel.WARN);
            plugin.onLog(line(LogLevel.NOTICE, "hidden"));
            plugin.onLog(line(LogLevel.WARN, "shown"));

            assertThat(receive(server)).endsWith(": shown");
        }
    }

    @Test
    void cutsADatagramBetweenCharacters() throws Exception {
        try (DatagramSocket server = udp()) {
            SyslogPlugin plugin = plugin("host", place(server.getLocalPort()));
            plugin.onLog(line(LogLevel.WARN, "ü".repeat(3000)));

            assertThat(receive(server).getBytes(UTF_8))
                    .hasSizeBetween(2046, 2048)
                    .endsWith("ü".getBytes(UTF_8));
        }
    }

    @Test
    void sendsLinesOverTcpAndAgainToAServerThatCameBack() throws Exception {
        try (ServerSocket server = tcp()) {
            SyslogPlugin plugin =
                    plugin("logsock", ways("tcp"), "host", place(server.getLocalPort()));
            plugin.onLog(line(LogLevel.WARN, "one"));
            try (Socket first = accept(server)) {
                assertThat(readTo(first, '\n')).endsWith("rcpt_ok: one");
            }
            plugin.onReload();
            plugin.onLog(line(LogLevel.WARN, "two"));
            try (Socket second = accept(server)) {
                assertThat(readTo(second, '\n')).endsWith("rcpt_ok: two");
            }
        }
    }

    @Test
    void countsOctetsOverTcpInRfc5424() throws Exception {
        try (ServerSocket server = tcp()) {
            SyslogPlugin plugin =
                    plugin(
                            "logsock",
                            ways("tcp"),
                            "host",
                            place(server.getLocalPort()),
                            "format",
                            "rfc5424");
            plugin.onLog(line(LogLevel.WARN, "grüße"));
            try (Socket client = accept(server)) {
                int length = Integer.parseInt(readTo(client, ' '));
                byte[] message = new byte[length];
                new DataInputStream(client.getInputStream()).readFully(message);
                assertThat(new String(message, UTF_8)).startsWith("<20>1 ").endsWith("grüße");
            }
        }
    }

    @Test
    void sendsLinesThroughTlsToAServerItTrusts() throws Exception {
        TestCertificate certificate = TestCertificate.in(directory);
        try (ServerSocket server =
                certificate.context().getServerSocketFactory().createServerSocket(0, 5, HERE)) {
            SyslogPlugin plugin =
                    plugin(
                            "logsock",
                            ways("tls"),
                            "host",
                            "localhost:" + server.getLocalPort(),
                            "ca",
                            certificate.pem().toString());
            plugin.onLog(line(LogLevel.WARN, "secret"));
            try (Socket client = accept(server)) {
                assertThat(readTo(client, '\n')).endsWith("rcpt_ok: secret");
                plugin.close(); // whose farewell the other side of TLS waits for
            }
        }
    }

    @Test
    void sendsNothingToAServerItDoesNotTrust() throws Exception {
        TestCertificate certificate = TestCertificate.in(directory);
        try (ServerSocket server =
                certificate.context().getServerSocketFactory().createServerSocket(0, 5, HERE)) {
            SyslogPlugin plugin =
                    plugin("logsock", ways("tls"), "host", "localhost:" + server.getLocalPort());
            plugin.onLog(line(LogLevel.WARN, "secret"));
            try (Socket client = accept(server)) {
                assertThatThrownBy(() -> client.getInputStream().read())
                        .isInstanceOf(IOException.class);
            }
            await(() -> errors.toString(UTF_8).contains("TLS localhost:"));
            assertThat(plugin.figures().get(0).value()).as("sent").isZero();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void sendsDatagramsWithinTheMachine() throws Exception {
        assertThat(Epoll.isAvailable()).isTrue();
        Path path = directory.resolve("log");
        io.netty.channel.unix.Socket server = io.netty.channel.unix.Socket.newSocketDomainDgram();
        server.bind(new DomainSocketAddress(path.toString()));
        try {
            SyslogPlugin plugin = plugin("socket", path.toString());
            plugin.onLog(line(LogLevel.WARN, "local"));
            ByteBuffer buffer = ByteBuffer.allocateDirect(10_000);
            int[] length = {0};
            await(() -> (length[0] = read(server, buffer)) > 0);
            byte[] message = new byte[length[0]];
            buffer.get(0, message);
            assertThat(new String(message, UTF_8))
                    .matches(
                            "<20>Mar .\\d \\d\\d:06:07 qpsmtpd\\[c1\\]: \\(rcpt\\) rcpt_ok: local");
        } finally {
            server.close();
        }
    }

    private static int read(io.netty.channel.unix.Socket server, ByteBuffer buffer) {
        try {
            return server.read(buffer, 0, buffer.capacity());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void sendsLinesToASocketOfStreamsToo() throws Exception {
        Path path = directory.resolve("log");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            SyslogPlugin plugin = plugin("socket", path.toString());
            plugin.onLog(line(LogLevel.WARN, "local"));
            try (SocketChannel client = server.accept()) {
                ByteBuffer buffer = ByteBuffer.allocate(10_000);
                do {
                    assertThat(client.read(buffer)).isPositive();
                } while (buffer.get(buffer.position() - 1) != 0);
                assertThat(new String(buffer.array(), 0, buffer.position() - 1, UTF_8))
                        .endsWith("qpsmtpd[c1]: (rcpt) rcpt_ok: local");
            }
        }
    }

    @Test
    void triesTheNextWayWhenOneCannotBeOpened() throws Exception {
        try (DatagramSocket server = udp()) {
            SyslogPlugin plugin =
                    plugin(
                            "socket",
                            directory.resolve("absent").toString(),
                            "logsock",
                            ways("unix", "stream", "udp"),
                            "host",
                            place(server.getLocalPort()));
            plugin.onLog(line(LogLevel.WARN, "found"));

            assertThat(receive(server)).endsWith(": found");
            assertThat(errors.toString(UTF_8)).isEmpty();
        }
    }

    @Test
    void complainsOnceOfAServerThatIsAwayAndSendsWhatWaitedLater() throws Exception {
        Path path = directory.resolve("log");
        SyslogPlugin plugin = plugin("socket", path.toString(), "logsock", ways("stream"));
        plugin.onLog(line(LogLevel.WARN, "one"));
        plugin.onLog(line(LogLevel.WARN, "two"));
        await(() -> errors.toString(UTF_8).contains("lines wait and others are lost"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            await(() -> plugin.figures().get(0).value() == 2);
        }
        assertThat(errors.toString(UTF_8).lines())
                .hasSize(2)
                .first()
                .asString()
                .contains(" logging/syslog: " + path + ": ");
        assertThat(errors.toString(UTF_8)).endsWith("lines go to " + path + " again\n");
    }

    @Test
    void neverWaitsForAServerThatHangsAndSaysHowManyLinesWereLost() throws Exception {
        try (ServerSocket server = tcp()) {
            SyslogPlugin plugin =
                    plugin("logsock", ways("tcp"), "host", place(server.getLocalPort()));
            String longest = "x".repeat(8000);
            int given = 0;
            while (plugin.figures().get(1).value() < 10) {
                plugin.onLog(line(LogLevel.WARN, longest));
                given++;
                assertThat(given).as("lines until some are lost").isLessThan(100_000);
            }
            long lost = plugin.figures().get(1).value();
            try (Socket client = accept(server)) {
                InputStream in = new BufferedInputStream(client.getInputStream());
                String said = readTo(in, '\n');
                while (!said.contains("lines of the log are lost")) {
                    said = readTo(in, '\n');
                }
                assertThat(said)
                        .startsWith("<19>")
                        .endsWith(
                                ": "
                                        + lost
                                        + " lines of the log are lost, syslog did not take them in time");
                long sent = given - lost + 1;
                Thread reader = new Thread(() -> drain(client));
                reader.start();
                await(() -> plugin.figures().get(0).value() == sent);
                plugin.close();
                reader.join();
            }
        }
    }

    private static void drain(Socket client) {
        try {
            client.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // the end
        }
    }

    @Test
    void endsThoughTheServerHangs() throws Exception {
        try (ServerSocket server = tcp()) {
            SyslogPlugin plugin =
                    plugin("logsock", ways("tcp"), "host", place(server.getLocalPort()));
            for (int i = 0; i < 3000; i++) {
                plugin.onLog(line(LogLevel.WARN, "x".repeat(8000)));
            }
            Thread closer =
                    new Thread(
                            () -> {
                                try {
                                    plugin.close();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            closer.start();
            closer.join(PATIENCE_MILLIS);
            assertThat(closer.isAlive()).isFalse();
        }
    }

    @Test
    void refusesWhatIsWrong() {
        assertThatThrownBy(() -> plugin("facility", "LOG_POST"))
                .hasMessageStartingWith("facility 'LOG_POST' is not one of kern, user, mail");
        assertThatThrownBy(() -> plugin("priority", "8")).hasMessageStartingWith("priority '8'");
        assertThatThrownBy(() -> plugin("logsock", ways("pigeon")))
                .hasMessageStartingWith("logsock 'pigeon' is not one of unix, stream");
        assertThatThrownBy(() -> plugin("ident", "a b")).hasMessageStartingWith("ident 'a b'");
        assertThatThrownBy(() -> plugin("host", "log:0")).hasMessageStartingWith("host 'log:0'");
        assertThatThrownBy(() -> plugin("ca", directory.resolve("none").toString()))
                .hasMessageEndingWith("is not there");
    }

    @Test
    void knowsTheNamesOfSyslog() {
        assertThat(Codes.facility("LOG_MAIL")).isEqualTo(2);
        assertThat(Codes.facility("local7")).isEqualTo(23);
        assertThat(Codes.severity("LOGERROR")).isEqualTo(3);
        assertThat(Codes.severity("LOG_ERR")).isEqualTo(3);
        assertThat(Codes.severity("warn")).isEqualTo(4);
        assertThat(Codes.severity("7")).isEqualTo(7);
        assertThat(Way.parse(ways("inet", "native"))).containsExactly(Way.TCP, Way.UDP, Way.UNIX);
    }
}
