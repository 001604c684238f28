package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.PreConnectionHook;
import org.qpsmtpd.api.hook.TlsHook;
import org.qpsmtpd.api.session.Admission;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.SmtpReply;
import org.qpsmtpd.testkit.TestServer;

/** Security rows 31 and 32: the PROXY header, from those who are trusted and from others. */
@Timeout(120)
class ProxyHeaderTest {
    private static final String V1 = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\r\n";

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final PreConnectionHook look = this::look;

    private HookResult look(Admission admission) {
        Connection client = admission.connection();
        seen.add(
                client.remoteIp()
                        + " "
                        + client.remotePort()
                        + " "
                        + client.localIp()
                        + " "
                        + client.localPort()
                        + " x"
                        + admission.connectionsFromIp());
        return HookResult.DECLINED;
    }

    private TestServer.Builder trusting(String network) {
        return TestServer.builder().plugin("look", look).config("proxy_protocol_from", network);
    }

    private TestServer server() throws IOException {
        return trusting("127.0.0.0/8").start();
    }

    private static byte[] v2ForTcp4() throws IOException {
        byte[] addresses = {(byte) 192, 0, 2, 8, (byte) 198, 51, 100, 1, 0x12, 0x67, 0, 25};
        byte[] unknownExtension = {(byte) 0xE0, 0, 2, 1, 2};
        return ProxyHeaders.v2(0x21, 0x11, addresses, unknownExtension);
    }

    @BeforeAll
    static void prepareKeys() {
        TestKeys.prepare();
    }

    @Test
    void takesTheEndsFromVersion1() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.write(V1);
            assertThat(client.read().code()).isEqualTo(220);
            assertThat(client.send("EHLO client.test").text()).contains("[192.0.2.7]");
        }
        assertThat(seen).containsExactly("192.0.2.7 4711 198.51.100.1 25 x1");
    }

    @Test
    void takesTheEndsFromVersion2() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.write(v2ForTcp4());
            assertThat(client.read().code()).isEqualTo(220);
        }
        assertThat(seen).containsExactly("192.0.2.8 4711 198.51.100.1 25 x1");
    }

    @Test
    void takesIpv6() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.write("PROXY TCP6 2001:db8::7 2001:db8::1 4711 25\r\n");
            assertThat(client.read().code()).isEqualTo(220);
        }
        assertThat(seen).containsExactly("2001:db8::7 4711 2001:db8::1 25 x1");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void takesAHeaderThatComesOctetByOctet(int version) throws Exception {
        byte[] header = version == 1 ? V1.getBytes(StandardCharsets.US_ASCII) : v2ForTcp4();
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            for (byte octet : header) {
                client.write(new byte[] {octet});
            }
            assertThat(client.read().code()).isEqualTo(220);
        }
        assertThat(seen.get(0)).startsWith("192.0.2.");
    }

    @Test
    void servesWhatComesWithTheHeader() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.write(V1 + "EHLO client.test\r\nQUIT\r\n");
            assertThat(client.readToEnd()).startsWith("220 ").contains("\r\n221 ");
        }
    }

    @Test
    void keepsTheProxysOwnEndsWhenItSpeaksForItself() throws Exception {
        try (TestServer server = server()) {
            for (byte[] header :
                    List.of(
                            ProxyHeaders.v2(0x20, 0x00, new byte[0], new byte[0]),
                            "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII))) {
                try (SmtpClient client = server.connect()) {
                    client.write(header);
                    assertThat(client.read().code()).isEqualTo(220);
                }
            }
        }
        assertThat(seen).hasSize(2).allMatch(line -> line.startsWith("127.0.0.1 "));
    }

    @Test
    void countsConnectionsByTheRealAddress() throws Exception {
        try (TestServer server = server();
                SmtpClient first = server.connect();
                SmtpClient second = server.connect();
                SmtpClient other = server.connect()) {
            first.write(V1);
            first.read();
            second.write(V1);
            second.read();
            other.write(v2ForTcp4());
            other.read();
        }
        assertThat(seen.stream().map(line -> line.substring(line.indexOf('x'))))
                .containsExactly("x1", "x2", "x1");
    }

    @Test
    void refusesATrustedPeerWithoutHeader() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.write("EHLO client.test\r\n");
            assertThat(client.readToEnd()).isEmpty();
            server.awaitLog("no PROXY header from 127.0.0.1");
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void refusesAHeaderThatEndsTooSoon() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.write("PROXY TCP4 192.0.2.7 198");
            client.endOutput();
            assertThat(client.readToEnd()).isEmpty();
            server.awaitLog("the proxy ended before it");
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void doesNotWaitLongForTheHeader() throws Exception {
        try (TestServer server = trusting("127.0.0.1").config("timeout", "1").start();
                SmtpClient client = server.connect()) {
            client.write("PROXY TCP4 192.0.2.7 198");
            assertThat(client.readToEnd()).isEmpty();
            server.awaitLog("it does not come");
        }
    }

    @Test
    void refusesDamagedHeaders() throws Exception {
        byte[] tooLong = ProxyHeaders.v2(0x21, 0x11, new byte[12], new byte[60_000]);
        byte[] badExtension = {(byte) 0xE0, (byte) 0xFF, (byte) 0xFF, 0};
        try (TestServer server = server()) {
            for (byte[] header :
                    List.of(
                            "PROXY TCP4 192.0.2.777 198.51.100.1 1 2\r\n"
                                    .getBytes(StandardCharsets.US_ASCII),
                            "PROXY TCP4 192.0.2.7 198.51.100.1 1 70000\r\n"
                                    .getBytes(StandardCharsets.US_ASCII),
                            ("PROXY TCP4 " + "1".repeat(200)).getBytes(StandardCharsets.US_ASCII),
                            ProxyHeaders.v2(0xFF, 0x11, new byte[12], new byte[0]),
                            ProxyHeaders.v2(0x21, 0x11, new byte[4], new byte[0]),
                            ProxyHeaders.v2(0x21, 0x12, new byte[12], new byte[0]),
                            ProxyHeaders.v2(0x21, 0x11, new byte[12], badExtension),
                            tooLong)) {
                try (SmtpClient client = server.connect()) {
                    client.write(header);
                    assertThat(client.readToEnd()).isEmpty();
                }
            }
            assertThat(seen).isEmpty();
            try (SmtpClient client = server.connect()) {
                client.write(V1);
                assertThat(client.read().code()).isEqualTo(220);
            }
        }
    }

    /** What a proxy adds that speaks for itself is left alone, as the protocol says. */
    @Test
    void readsNothingBehindTheWordLocal() throws Exception {
        try (TestServer server = server()) {
            for (int command : List.of(0x20, 0x21)) {
                try (SmtpClient client = server.connect()) {
                    client.write(ProxyHeaders.v2(command, 0x00, new byte[5], new byte[0]));
                    assertThat(client.read().code()).isEqualTo(220);
                }
            }
        }
        assertThat(seen).hasSize(2).allMatch(line -> line.startsWith("127.0.0.1 "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP4 192.0.2.7 198.51.100.1 4711 25 \r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 +4711 25\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 -0 25\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 000025 25\r\n",
                "PROXY TCP4  192.0.2.7 198.51.100.1 4711\r\n",
                "PROXY TCP6 fe80::1%lo 2001:db8::1 4711 25\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\n\r\n",
                "PROXY UNKNOWNS\r\n",
                "PROXY\r\n",
                "proxy TCP4 192.0.2.7 198.51.100.1 4711 25\r\n"
            })
    void refusesALineThatIsNotExact(String line) throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.write(line + "EHLO client.test\r\n");
            assertThat(client.read()).isEqualTo(SmtpReply.CLOSED);
            server.awaitLog("no PROXY header from 127.0.0.1");
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void closesForAStrangerWhoSendsAHeader() throws Exception {
        try (TestServer server = trusting("192.0.2.0/24").start();
                SmtpClient client = server.connect()) {
            client.read();
            client.write(V1 + "NOOP\r\n");
            assertThat(client.readToEnd())
                    .isEqualTo("554 5.7.1 PROXY is not accepted from you\r\n");
            server.awaitLog("PROXY header from a stranger");
        }
        assertThat(seen).hasSize(1).allMatch(line -> line.startsWith("127.0.0.1 "));
    }

    @Test
    void closesForAStrangerWhoSendsVersion2() throws Exception {
        try (TestServer server = TestServer.builder().plugin("look", look).start();
                SmtpClient client = server.connect()) {
            client.read();
            client.write(v2ForTcp4());
            assertThat(client.readToEnd()).doesNotContain("250");
        }
        assertThat(seen).hasSize(1).allMatch(line -> line.startsWith("127.0.0.1 "));
    }

    /** The header comes in clear, before the handshake. */
    @Test
    void comesBeforeTls() throws Exception {
        TlsHook keys =
                new TlsHook() {
                    @Override
                    public boolean isImplicit(int port) {
                        return port != 25;
                    }

                    @Override
                    public boolean isReady() {
                        return true;
                    }

                    @Override
                    public Optional<SSLEngine> newEngine(Connection connection) {
                        return Optional.of(TestKeys.serverEngine());
                    }
                };
        try (TestServer server = trusting("127.0.0.1").plugin("tls", keys).start();
                SmtpClient raw = server.connect()) {
            raw.write(V1);
            try (SmtpClient client = raw.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
                assertThat(client.read().code()).isEqualTo(220);
            }
        }
        assertThat(seen.get(0)).startsWith("192.0.2.7 ");
    }

    @Test
    void followsTheListWhenItChanges() throws Exception {
        try (TestServer server = trusting("192.0.2.1").start()) {
            server.setConfig("proxy_protocol_from", "# ours", "nonsense", "127.0.0.1");
            try (SmtpClient client = server.connect()) {
                client.write(V1);
                assertThat(client.read().code()).isEqualTo(220);
            }
            server.awaitLog("'nonsense' is left out");
        }
        assertThat(seen.get(0)).startsWith("192.0.2.7 ");
    }
}
