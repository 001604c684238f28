package org.qpsmtpd.plugin.queue.lmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.ScriptedHop;

/** What a mail store is sent, and what the client is told of its answers. */
@Timeout(60)
final class LmtpPluginTest {
    private ScriptedHop store;

    @BeforeEach
    void start() throws IOException {
        store = ScriptedHop.offering("PIPELINING", "8BITMIME");
    }

    @AfterEach
    void stop() throws IOException {
        store.close();
    }

    private LmtpPlugin plugin(String... settings) {
        Map<String, Object> values = new HashMap<>();
        values.put("host", "127.0.0.1");
        values.put("port", store.port());
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        return new LmtpPlugin(Configs.config(LmtpConfig.class, values));
    }

    private static FakeTransaction messageTo(String... recipients) {
        FakeConnection connection = FakeConnection.create();
        connection.config().set("me", "mx.example.com");
        FakeTransaction message =
                FakeTransaction.on(connection)
                        .withMessage("Subject: x\r\n\r\n.Hello\r\n")
                        .withSender("a@example.org");
        for (String recipient : recipients) {
            message.withRecipient(recipient);
        }
        return message;
    }

    private HookResult result(String ends) {
        store.answering(".", ends);
        LmtpPlugin plugin = plugin();
        HookResult result = plugin.onQueue(messageTo("b@x.org", "c@x.org", "d@x.org"));
        plugin.close();
        return result;
    }

    @Test
    void handsTheMessageOver() {
        HookResult result = plugin().onQueue(messageTo("c@example.com"));

        assertThat(result.action()).isEqualTo(Action.OK);
        assertThat(result.text()).isEqualTo("queued as Q1");
        assertThat(store.commands())
                .containsExactly(
                        "LHLO mx.example.com",
                        "MAIL FROM:<a@example.org>",
                        "RCPT TO:<c@example.com>",
                        "DATA");
        assertThat(store.messages()).containsExactly("Subject: x\r\n\r\n..Hello\r\n");
    }

    @Test
    void waitsForAReplyForEachRecipient() {
        HookResult result = result("250 2.0.0 ok one\r\n250-2.0.0 ok\r\n250 two\r\n250 ok three");

        assertThat(result.action()).isEqualTo(Action.OK);
        assertThat(result.text()).isEqualTo("queued as one");
    }

    @Test
    void usesTheConnectionAgainAfterAllReplies() {
        LmtpPlugin plugin = plugin();
        store.answering(".", "250 ok\r\n250 ok");

        plugin.onQueue(messageTo("b@x.org", "c@x.org"));

        assertThat(plugin.onQueue(messageTo("b@x.org")).action()).isEqualTo(Action.OK);
        assertThat(store.connections()).isEqualTo(1);
    }

    @Test
    void defersForAllWhenOneIsDeferred() {
        HookResult result = result("250 ok\r\n550 5.1.1 gone\r\n452 4.2.2 over quota");

        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.text())
                .isEqualTo(
                        "message for <d@x.org> refused by the next hop: 452 over quota, and 1 more;"
                                + " 1 got the message (#4.2.2)");
        assertThat(result.reason())
                .endsWith(": <b@x.org> 250 ok; <c@x.org> 550 gone; <d@x.org> 452 over quota");
    }

    @Test
    void refusesForAllWhenOneIsRefused() {
        HookResult result = result("250 ok\r\n552 5.2.2 over quota\r\n250 ok");

        assertThat(result.action()).isEqualTo(Action.DENY);
        assertThat(result.text())
                .isEqualTo(
                        "message for <c@x.org> refused by the next hop: 552 over quota;"
                                + " 2 got the message (#5.2.2)");
        assertThat(result.reason())
                .startsWith("fail: 127.0.0.1:" + store.port() + ": <b@x.org> 250");
    }

    @Test
    void refusesWhenAllAreRefused() {
        HookResult result = result("550 no\r\n550 no\r\n550 no");

        assertThat(result.text())
                .isEqualTo(
                        "message for <b@x.org> refused by the next hop: 550 no, and 2 more"
                                + " (#5.0.0)");
    }

    @Test
    void sendsTheMessageToNobodyWhenARecipientIsRefusedBefore() {
        store.answering("RCPT", "250 ok", "550 5.1.1 unknown");

        HookResult result = plugin().onQueue(messageTo("b@x.org", "c@x.org"));

        assertThat(result.action()).isEqualTo(Action.DENY);
        assertThat(result.text())
                .isEqualTo(
                        "<c@x.org> refused by the next hop: 550 unknown;"
                                + " the message was sent to nobody (#5.1.1)");
        assertThat(store.messages()).isEmpty();
    }

    @Test
    void defersWhenAReplyIsMissing() {
        HookResult result = result("250 ok\r\n250 ok" + ScriptedHop.DROP);

        assertDeferred(result, "the connection to the next hop was lost", "4.4.2");
        assertThat(store.messages()).as("sent once").hasSize(1);
    }

    @Test
    void defersWhenRepliesDoNotCome() {
        store.answering(".", "250 ok" + ScriptedHop.SILENT);

        HookResult result = plugin("maxSeconds", "1").onQueue(messageTo("b@x.org", "c@x.org"));

        assertDeferred(result, "the next hop did not answer in time", "4.4.1");
    }

    @Test
    void defersWhenAReplyIsNone() {
        assertDeferred(result("250 ok\r\nfine"), "the reply of the next hop is malformed", "4.3.0");
    }

    @Test
    void defersWhenTheStoreIsAway() throws Exception {
        store.close();

        assertDeferred(
                plugin().onQueue(messageTo("b@x.org")), "cannot connect to the next hop", "4.4.1");
    }

    @Test
    void saysNoHeloToAServerOfSmtp() {
        store.answering("LHLO", "500 5.5.1 what?");

        assertDeferred(
                plugin().onQueue(messageTo("b@x.org")),
                "the next hop refuses the session: 500 what?",
                "4.3.0");
        assertThat(store.commands()).containsExactly("LHLO mx.example.com");
    }

    @Test
    void usesASocketInTheFileSystem(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("lmtp");
        try (Bridge bridge = Bridge.from(socket, store.port())) {
            LmtpPlugin plugin = plugin("host", socket.toString());

            assertThat(plugin.onQueue(messageTo("b@x.org")).action()).isEqualTo(Action.OK);
            HookResult result = plugin.onQueue(messageTo("c@x.org"));

            assertThat(result.reason()).isEqualTo("pass: " + socket + ": queued as Q2");
            assertThat(bridge.connections()).isEqualTo(1);
            plugin.close();
            assertThat(store.awaitQuit()).isTrue();
        }
    }

    @Test
    void defersWhenASocketIsSilent(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("lmtp");
        store.answering("greeting", ScriptedHop.SILENT);
        try (Bridge bridge = Bridge.from(socket, store.port())) {
            HookResult result =
                    plugin("host", socket.toString(), "timeoutSeconds", "1")
                            .onQueue(messageTo("b@x.org"));

            assertDeferred(result, "the next hop did not answer in time", "4.4.1");
            assertThat(bridge.connections()).isEqualTo(1);
        }
    }

    @Test
    void defersWhenNobodyListensAtTheSocket(@TempDir Path folder) {
        assertDeferred(
                plugin("host", folder.resolve("none").toString()).onQueue(messageTo("b@x.org")),
                "cannot connect to the next hop",
                "4.4.1");
    }

    @Test
    void hasTheDocumentedDefaults() {
        LmtpConfig config = Configs.config(LmtpConfig.class);

        assertThat(config.host()).isEmpty();
        assertThat(config.port()).isEqualTo(24);
        assertThat(config.tls()).isEqualTo("may");
        assertThat(config.caFile()).isEmpty();
        assertThat(config.timeoutSeconds()).isEqualTo(60);
        assertThat(config.maxSeconds()).isEqualTo(240);
        assertThat(config.idleConnections()).isEqualTo(16);
        assertThat(config.idleSeconds()).isEqualTo(30);
        assertThat(config.messagesPerConnection()).isEqualTo(100);
    }

    @Test
    void namesWhatIsWrongWithASetting() {
        assertThatThrownBy(() -> plugin("host", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("host is missing: queue/lmtp needs /SOCKET or HOST [PORT]");
        assertThatThrownBy(() -> plugin("host", "a b"))
                .hasMessage("host 'a b' is neither a host name nor an address");
    }

    private static void assertDeferred(HookResult result, String reason, String status) {
        assertThat(result.action()).as(result.toString()).isEqualTo(Action.DENYSOFT);
        assertThat(result.code()).isEqualTo(451);
        assertThat(result.text()).isEqualTo("Unable to queue message (%s) (#%s)", reason, status);
        assertThat(result.reason()).startsWith("error: ");
    }

    @Test
    void tellsEachWhatTheStoreSaysWhenTheClientReadsThat() {
        store.answering("RCPT", "250 ok", "550 5.1.1 unknown", "250 ok");
        store.answering(".", "250 2.0.0 saved q1\r\n452 4.2.2 full");
        LmtpPlugin plugin = plugin();
        FakeTransaction message =
                messageTo("b@x.org", "c@x.org", "d@x.org").withParameter("PRDR", "");

        plugin.onQueue(message);
        plugin.close();

        assertThat(message.settledRecipients())
                .extracting(
                        one -> one.address().user() + " " + one.verdict().orElseThrow().action())
                .containsExactly("b OK", "c DENY", "d DENYSOFT");
        assertThat(message.settledRecipients().get(2).verdict().orElseThrow().text())
                .isEqualTo("message for <d@x.org> refused by the next hop: 452 full (#4.2.2)");
    }
}
