package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.EhloHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.UnrecognizedCommandHook;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.TlsInfo;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Security rows 5 and 36: encryption by STARTTLS and from the first octet. */
@Timeout(120)
class TlsTest {
    private static final NoteKey<String> NOTE = new NoteKey<>("from_connect", String.class);

    private final Mailbox mailbox = new Mailbox();
    private final List<Optional<TlsInfo>> seen = new CopyOnWriteArrayList<>();
    private final MailHook look =
            (transaction, sender, parameters) -> {
                seen.add(transaction.connection().tls());
                return HookResult.DECLINED;
            };

    private TestServer.Builder builder(boolean ready, boolean implicit) {
        return TestServer.builder()
                .plugin("tls", new Keys(ready, implicit))
                .plugin("look", look)
                .plugin("mailbox", mailbox);
    }

    private TestServer server() throws IOException {
        return builder(true, false).start();
    }

    @BeforeAll
    static void prepareKeys() {
        TestKeys.prepare();
    }

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
}
