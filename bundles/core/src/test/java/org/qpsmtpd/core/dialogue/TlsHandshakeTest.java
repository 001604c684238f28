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
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.hook.TlsHook;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Clients that hold the handshake up, break it off, or begin it again and again. */
@Timeout(120)
class TlsHandshakeTest {
    private static final long MEBI = 1024 * 1024;
    private static final long STALL_MILLIS = 3000;

    private static TestServer.Builder builder(boolean implicit) {
        return TestServer.builder().plugin("tls", new Keys(true, implicit));
    }

    private static TestServer server() throws IOException {
        return builder(false).start();
    }

    @BeforeAll
    static void prepareKeys() {
        TestKeys.prepare();
    }

    @Test
    void doesNotWaitLongForTheHandshake() throws Exception {
        try (TestServer server = builder(false).config("timeout", "1").start();
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
        try (TestServer server = builder(true).start();
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
        try (TestServer server = builder(true).start()) {
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
    void leavesNothingBehindOfClientsThatGoDuringTheHandshake() throws Exception {
        try (TestServer server = builder(true).start()) {
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
        try (TestServer server = builder(true).start()) {
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
}
