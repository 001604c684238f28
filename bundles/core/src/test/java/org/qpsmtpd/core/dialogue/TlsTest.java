package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.EhloHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.TlsHook;
import org.qpsmtpd.api.hook.UnrecognizedCommandHook;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.TlsInfo;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Security rows 5 and 36: encryption by STARTTLS and from the first octet. */
@Timeout(120)
class TlsTest {
    private static final long MEBI = 1024 * 1024;
    private static final long STALL_MILLIS = 3000;
    private static final NoteKey<String> NOTE = new NoteKey<>("from_connect", String.class);

    private final Mailbox mailbox = new Mailbox();
    private final List<Optional<TlsInfo>> seen = new CopyOnWriteArrayList<>();
    private final MailHook look =
            (transaction, sender, parameters) -> {
                seen.add(transaction.connection().tls());
                return HookResult.DECLINED;
            };

    /** Has a certificate, or not; knows no ports. */
    private static class Keys implements TlsHook {
        private final boolean ready;
        private final boolean implicit;

        Keys(boolean ready, boolean implicit) {
            this.ready = ready;
            this.implicit = implicit;
        }

        @Override
        public boolean isImplicit(int port) {
            return implicit;
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public Optional<SSLEngine> newEngine(Connection connection) {
            return ready ? Optional.of(TestKeys.serverEngine()) : Optional.empty();
        }
    }

    private TestServer.Builder builder(boolean ready, boolean implicit) {
        return TestServer.builder()
                .plugin("tls", new Keys(ready, implicit))
                .plugin("look", look)
                .plugin("mailbox", mailbox);
    }

    private TestServer server() throws IOException {
        return builder(true, false).start();
    }

    // ---- STARTTLS

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void takesAMessageAfterStarttls(String protocol) throws Exception {
        try (TestServer server = server();
                SmtpClient clear = server.connect()) {
            clear.read();
            assertThat(clear.send("EHLO client.test").lines()).contains("STARTTLS");
            assertThat(clear.send("STARTTLS").toString()).isEqualTo("220 2.0.0 Go ahead with TLS");
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), protocol)) {
                assertThat(client.send("EHLO client.test").lines()).doesNotContain("STARTTLS");
                client.sendAll("MAIL FROM:<a@client.test>", "RCPT TO:<user@example.com>");
                assertThat(client.data("Subject: s\n\nbody\n").code()).isEqualTo(250);
                assertThat(client.send("QUIT").code()).isEqualTo(221);
                assertThat(client.readToEnd()).isEmpty();
            }
        }
        TlsInfo agreed = seen.get(0).orElseThrow();
        assertThat(agreed.protocol()).isEqualTo(protocol);
        assertThat(agreed.cipher()).startsWith("TLS_");
        assertThat(mailbox.message().text())
                .contains("with ESMTPS (" + agreed.cipher() + " encrypted) id ");
    }

    @Test
    void takesALargeMessageAndAnswersInPipelines() throws Exception {
        try (TestServer server = server();
                SmtpClient clear = server.connect()) {
            clear.read();
            clear.sendAll("EHLO client.test", "STARTTLS");
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
                client.send("EHLO client.test");
                client.write("MAIL FROM:<a@client.test>\r\nRCPT TO:<u@example.com>\r\nDATA\r\n");
                assertThat(
                                List.of(
                                        client.read().code(),
                                        client.read().code(),
                                        client.read().code()))
                        .containsExactly(250, 250, 354);
                client.write(
                        "Subject: s\r\n\r\n" + "0123456789abcde\r\n".repeat(200_000) + ".\r\n");
                assertThat(client.read().code()).isEqualTo(250);
            }
        }
        assertThat(mailbox.message().text()).hasSizeGreaterThan(3_000_000);
    }

    @Test
    void forgetsWhatWasSaidInClear() throws Exception {
        ConnectHook atConnect =
                connection -> {
                    connection.notes().put(NOTE, "kept");
                    return HookResult.DECLINED;
                };
        EhloHook relaying =
                (connection, host, capabilities) -> {
                    capabilities.add(
                            "SEEN "
                                    + connection.isRelayClient()
                                    + " "
                                    + connection.notes().get(NOTE));
                    connection.setRelayClient(true);
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                        builder(true, false)
                                .plugin("connect", atConnect)
                                .plugin("relaying", relaying)
                                .start();
                SmtpClient clear = server.connect()) {
            clear.read();
            clear.sendAll("EHLO client.test", "MAIL FROM:<a@client.test>", "STARTTLS");
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
                assertThat(client.send("MAIL FROM:<b@client.test>").code()).isEqualTo(503);
                assertThat(client.send("EHLO client.test").lines())
                        .contains("SEEN false Optional[kept]");
                assertThat(client.send("RCPT TO:<u@example.com>").code()).isEqualTo(503);
                assertThat(client.send("MAIL FROM:<b@client.test>").code()).isEqualTo(250);
            }
        }
    }

    @Test
    void endsASessionThatPipelinesBehindStarttls() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.read();
            client.send("EHLO client.test");
            client.write("STARTTLS\r\nMAIL FROM:<a@client.test>\r\n");
            assertThat(client.readToEnd())
                    .isEqualTo("554 5.5.1 Nothing may follow STARTTLS before the handshake\r\n");
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void runsNothingThatComesInClearInPlaceOfTheHandshake() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.read();
            client.sendAll("EHLO client.test", "STARTTLS");
            client.write("MAIL FROM:<a@client.test>\r\n");
            assertThat(client.readToEnd()).doesNotContain("250");
            server.awaitLog("TLS Negotiation Failed");
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void refusesStarttlsWhereItHasNoPlace() throws Exception {
        try (TestServer server = server();
                SmtpClient clear = server.connect()) {
            clear.read();
            assertThat(clear.send("STARTTLS").code()).isEqualTo(503);
            clear.send("EHLO client.test");
            assertThat(clear.send("STARTTLS now").code()).isEqualTo(501);
            assertThat(clear.send("RSET").code()).isEqualTo(250);
            assertThat(clear.send("STARTTLS").code()).isEqualTo(220);
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
                client.send("EHLO client.test");
                assertThat(client.send("STARTTLS").toString())
                        .isEqualTo("503 5.5.1 The connection is encrypted already");
                assertThat(client.send("NOOP").code()).isEqualTo(250);
            }
        }
    }

    @Test
    void offersNothingWithoutACertificate() throws Exception {
        try (TestServer server = builder(false, false).start();
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.send("EHLO client.test").lines()).doesNotContain("STARTTLS");
            assertThat(client.send("STARTTLS").toString())
                    .isEqualTo("454 4.7.0 TLS not available due to temporary reason");
            assertThat(client.send("NOOP").code()).isEqualTo(250);
        }
    }

    @Test
    void knowsNoStarttlsWithoutThePlugin() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        UnrecognizedCommandHook hook =
                (connection, verb, rest) -> {
                    asked.add(verb);
                    return HookResult.DECLINED;
                };
        try (TestServer server = TestServer.builder().plugin("asked", hook).start();
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.send("EHLO client.test").lines()).doesNotContain("STARTTLS");
            assertThat(client.send("STARTTLS").code()).isEqualTo(500);
        }
        assertThat(asked).containsExactly("starttls");
    }

    @Test
    void doesNotWaitLongForTheHandshake() throws Exception {
        try (TestServer server = builder(true, false).config("timeout", "1").start();
                SmtpClient client = server.connect()) {
            client.read();
            client.sendAll("EHLO client.test", "STARTTLS");
            client.write(new byte[] {22, 3, 1, 1}); // the beginning of a record
            client.readToEnd();
            server.awaitLog("TLS Negotiation Failed");
        }
    }

    @Test
    void cutsOffAClientThatNegotiatesAnew() throws Exception {
        try (TestServer server = server();
                SmtpClient clear = server.connect()) {
            clear.read();
            clear.sendAll("EHLO client.test", "STARTTLS");
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), "TLSv1.2")) {
                client.send("EHLO client.test");
                client.handshakeAgain();
                client.readToEnd();
                server.awaitLog("negotiate TLS anew");
            }
        }
    }

    @Test
    void cutsOffAClientThatOnlyChangesItsKey() throws Exception {
        try (TestServer server = server();
                SmtpClient clear = server.connect()) {
            clear.read();
            clear.sendAll("EHLO client.test", "STARTTLS");
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
                client.send("EHLO client.test");
                for (int i = 0; i < 33; i++) {
                    client.handshakeAgain();
                }
                client.readToEnd();
                server.awaitLog("32 TLS records in a row had no data");
            }
        }
    }

    @Test
    void letsAClientChangeItsKeyNowAndThen() throws Exception {
        try (TestServer server = server();
                SmtpClient clear = server.connect()) {
            clear.read();
            clear.sendAll("EHLO client.test", "STARTTLS");
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
                for (int i = 0; i < 60; i++) {
                    client.handshakeAgain();
                    if (i % 20 == 0) {
                        assertThat(client.send("NOOP").code()).isEqualTo(250);
                    }
                }
                assertThat(client.send("EHLO client.test").code()).isEqualTo(250);
            }
        }
    }

    @Test
    void cutsOffAHandshakeInTinyPieces() throws Exception {
        try (TestServer server = builder(true, true).start();
                SmtpClient client = server.connect()) {
            String beginning = "160301000101160301000100" + "16030100017F1603010001FF";
            String more = "160301000100".repeat(40);
            client.write(HexFormat.of().parseHex(beginning + more));
            client.readToEnd();
            server.awaitLog("TLS Negotiation Failed: 32 TLS records in a row had no data");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1603", "160301000101"})
    void closesForAClientThatEndsDuringTheHandshake(String sent) throws Exception {
        try (TestServer server = builder(true, true).start()) {
            try (SmtpClient client = server.connect()) {
                client.write(HexFormat.of().parseHex(sent));
                client.endOutput();
                assertThat(client.readToEnd()).isEmpty();
            }
            server.awaitLog("TLS Negotiation Failed");
            assertThat(server.log()).allMatch(line -> !line.line().contains("timed out"));
        }
    }

    /** While a step of the handshake waits for its turn, what follows is left in the socket. */
    @Test
    void doesNotReadOnWhileTheHandshakeWaits() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        TlsHook waiting =
                new Keys(true, true) {
                    @Override
                    public Optional<SSLEngine> newEngine(Connection connection) {
                        return Optional.of(TestKeys.serverEngine(go));
                    }
                };
        try (TestServer server = TestServer.builder().plugin("tls", waiting).start();
                SocketChannel client = SocketChannel.open(address(server))) {
            client.write(firstFlight());
            long before = NettyMemory.used();
            assertThat(takes(client, 64 * MEBI)).isLessThan(32 * MEBI);
            assertThat(NettyMemory.used() - before).isLessThan(8 * MEBI);
            go.countDown();
            server.awaitLog("TLS Negotiation Failed");
        } finally {
            go.countDown();
        }
    }

    private static InetSocketAddress address(TestServer server) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    }

    private static ByteBuffer firstFlight() throws SSLException {
        SSLEngine engine = TestKeys.clientContext().createSSLEngine();
        engine.setUseClientMode(true);
        ByteBuffer record = ByteBuffer.allocate(32 * 1024);
        engine.wrap(ByteBuffer.allocate(0), record);
        return record.flip();
    }

    /** How many octets a server takes before it stops reading. */
    private static long takes(SocketChannel client, long most) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(64 * 1024);
        long taken = 0;
        client.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            client.register(selector, SelectionKey.OP_WRITE);
            while (taken < most && selector.select(STALL_MILLIS) > 0) {
                selector.selectedKeys().clear();
                taken += client.write(zeros.clear());
            }
        }
        return taken;
    }

    @Test
    void answersWhatCameBeforeTheClientsEnd() throws Exception {
        try (TestServer server = server();
                SmtpClient clear = server.connect()) {
            clear.read();
            clear.sendAll("EHLO client.test", "STARTTLS");
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
                client.write("EHLO client.test\r\nNOOP\r\n");
                client.endOutput();
                assertThat(client.readToEnd()).endsWith("250 2.0.0 OK\r\n");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void deliversTheLastReplyToAClientThatStillSends(String protocol) throws Exception {
        try (TestServer server = builder(true, false).config("databytes", "1000").start();
                SmtpClient clear = server.connect()) {
            clear.read();
            clear.sendAll("EHLO client.test", "STARTTLS");
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), protocol)) {
                client.send("EHLO client.test");
                client.write("bare\n" + "NOOP\r\n".repeat(2_000_000)); // no buffer holds it
                assertThat(client.read().code()).isEqualTo(421);
            }
        }
    }

    // ---- a plugin that does not answer

    /** Answers for a while, then fails. */
    private static final class Failing extends Keys {
        private volatile boolean failing;

        Failing(boolean implicit, boolean failing) {
            super(true, implicit);
            this.failing = failing;
        }

        @Override
        public boolean isImplicit(int port) {
            if (failing) {
                throw new NoClassDefFoundError("gone");
            }
            return super.isImplicit(port);
        }
    }

    private TestServer server(Failing keys) throws IOException {
        return TestServer.builder().plugin("tls", keys).plugin("mailbox", mailbox).start();
    }

    @Test
    void saysNothingInClearOnAPortThatItKnowsNothingOf() throws Exception {
        Failing keys = new Failing(false, true);
        try (TestServer server = server(keys)) {
            greetsEncrypted(server);
            keys.failing = false;
            greets(server);
        }
    }

    @Test
    void goesByTheLastAnswerOfAPluginThatFails() throws Exception {
        Failing clear = new Failing(false, false);
        try (TestServer server = server(clear)) {
            greets(server);
            clear.failing = true;
            greets(server);
        }
        Failing encrypted = new Failing(true, false);
        try (TestServer server = server(encrypted)) {
            greetsEncrypted(server);
            encrypted.failing = true;
            greetsEncrypted(server);
        }
    }

    private static void greets(TestServer server) throws IOException {
        try (SmtpClient client = server.connect()) {
            assertThat(client.read().code()).isEqualTo(220);
        }
    }

    private static void greetsEncrypted(TestServer server) throws IOException {
        try (SmtpClient raw = server.connect();
                SmtpClient client = raw.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
            assertThat(client.read().code()).isEqualTo(220);
        }
    }

    // ---- certificates of clients, which nobody asks for

    @ParameterizedTest
    @CsvSource({"TLSv1.2, false", "TLSv1.2, true", "TLSv1.3, false", "TLSv1.3, true"})
    void takesAClientThatHasACertificate(String protocol, boolean implicit) throws Exception {
        try (TestServer server = builder(true, implicit).start();
                SmtpClient raw = server.connect()) {
            if (!implicit) {
                raw.read();
                raw.sendAll("EHLO client.test", "STARTTLS");
            }
            try (SmtpClient client = raw.encrypted(TestKeys.certifiedContext(), protocol)) {
                if (implicit) {
                    assertThat(client.read().code()).isEqualTo(220);
                }
                assertThat(client.send("EHLO client.test").code()).isEqualTo(250);
            }
        }
    }

    /** The handshake's message 11: too long, empty, cut off, in the midst of a certificate. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "16030300040BFFFFFF",
                "16030300070B000003000000",
                "16030300040B000400",
                "160303000A0B00000600000300000130"
            })
    void refusesACertificateThatItDidNotAskFor(String record) throws Exception {
        byte[] certificate = HexFormat.of().parseHex(record);
        try (TestServer server = builder(true, true).start()) {
            try (SocketChannel client = SocketChannel.open(address(server))) {
                client.write(firstFlight());
                client.write(ByteBuffer.wrap(certificate));
                server.awaitLog("TLS Negotiation Failed");
            }
            try (SmtpClient raw = server.connect();
                    SmtpClient client = raw.encrypted(TestKeys.certifiedContext(), "TLSv1.3")) {
                assertThat(client.read().code()).isEqualTo(220);
            }
        }
    }

    // ---- from the first octet

    @Test
    void greetsAfterTheHandshakeWhereThePortWantsIt() throws Exception {
        try (TestServer server = builder(true, true).start();
                SmtpClient raw = server.connect();
                SmtpClient client = raw.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
            assertThat(client.read().code()).isEqualTo(220);
            assertThat(client.send("EHLO client.test").lines()).doesNotContain("STARTTLS");
            client.sendAll("MAIL FROM:<a@client.test>", "RCPT TO:<user@example.com>");
            assertThat(client.data("Subject: s\n\nbody\n").code()).isEqualTo(250);
        }
        assertThat(seen.get(0)).isPresent();
    }

    @Test
    void closesAnEncryptedPortWithoutACertificate() throws Exception {
        try (TestServer server = builder(false, true).start();
                SmtpClient client = server.connect()) {
            assertThat(client.readToEnd()).isEmpty();
            server.awaitLog("no certificate");
        }
    }

    @Test
    void leavesNothingBehindOfClientsThatGoDuringTheHandshake() throws Exception {
        try (TestServer server = builder(true, true).start()) {
            for (int i = 0; i < 20; i++) {
                SmtpClient client = server.connect();
                client.write(new byte[] {22, 3, 1, 2, 0, 1});
                client.abort();
            }
            try (SmtpClient raw = server.connect();
                    SmtpClient client = raw.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
                assertThat(client.read().code()).isEqualTo(220);
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (server.sessions() > 0 && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            assertThat(server.sessions()).isZero();
        }
    }
}
