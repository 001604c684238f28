package org.qpsmtpd.plugin.qmaildeliverable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class QmailDeliverablePluginTest {
    private final FakeTransaction transaction =
            FakeTransaction.create().withSender("a@example.org");
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final Path routes;
    private volatile String body = "241";
    private volatile int code = 200;

    QmailDeliverablePluginTest(@TempDir Path folder) throws IOException {
        routes = folder.resolve("smtproutes");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void serve() {
        server.createContext(
                "/",
                exchange -> {
                    asked.add(exchange.getRequestURI().toString());
                    byte[] octets = body.getBytes(StandardCharsets.US_ASCII);
                    exchange.sendResponseHeaders(code, octets.length);
                    exchange.getResponseBody().write(octets);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int port() {
        return server.getAddress().getPort();
    }

    private QmailDeliverablePlugin plugin(String... options) {
        Map<String, Object> all = new HashMap<>();
        all.put("server", "127.0.0.1:" + port());
        all.put("smtproutes_file", routes.toString());
        all.put("timeout", 30);
        for (int i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        return new QmailDeliverablePlugin(
                Configs.config(RejectSettings.class),
                Configs.config(QmailDeliverableConfig.class, all));
    }

    private HookResult rcpt(QmailDeliverablePlugin plugin, String recipient) throws Exception {
        return settled(plugin.onRcpt(transaction, FakeRecipient.of(recipient)));
    }

    private static HookResult settled(HookResult result) throws Exception {
        return result.pending().isEmpty()
                ? result
                : result.pending().get().answer().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({
        "17, 'skip: not known, 0x11'",
        "18, 'skip: not known, 0x12'",
        "19, 'skip: not known, 0x13'",
        "20, 'pass: deliverable, 0x14'",
        "33, 'skip: not known, 0x21'",
        "47, 'skip: not known, 0x2f'",
        "241, 'pass: deliverable, 0xf1'",
        "246, 'pass: deliverable, 0xf6'",
        "254, 'skip: not local, 0xfe'",
        "255, 'skip: not local, 0xff'"
    })
    void declinesUnlessThereIsNoMailbox(String status, String reason) throws Exception {
        body = status;

        assertThat(rcpt(plugin(), "user@example.com"))
                .isEqualTo(HookResult.DECLINED.because(reason));
    }

    @Test
    void refusesWhereThereIsNoMailbox() throws Exception {
        body = "0\n";

        assertThat(rcpt(plugin(), "a b&c@example.com"))
                .isEqualTo(
                        HookResult.deny("Sorry, no mailbox by that name. qd (#5.1.1)", "no mailbox")
                                .withKarma(-1));
        assertThat(asked).containsExactly("/qd1/deliverable?a+b%26c%40example.com");
    }

    @Test
    void mailingListsTakeNoNullSender() throws Exception {
        body = "20";
        transaction.withSender("");
        String text = "mailing lists do not accept null senders";

        assertThat(rcpt(plugin(), "list@example.com"))
                .isEqualTo(HookResult.deny(text, text).withKarma(-1));
    }

    @Test
    void leavesImmuneClientsAndAliasesAlone() throws Exception {
        FakeRecipient alias =
                FakeRecipient.of("user@example.com").withNote(NoteKey.ALIAS, "a@b.example");
        assertThat(plugin().onRcpt(transaction, alias)).isEqualTo(HookResult.skip("alias"));

        transaction.connection().setRelayClient(true);

        assertThat(rcpt(plugin(), "user@example.com")).isEqualTo(HookResult.skip("immune"));
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "maybe", "9999", "256", "-1"})
    void passesWithoutAnAnswerOrDefersIfAsked(String answer) throws Exception {
        body = answer;

        HookResult passed = rcpt(plugin(), "user@example.com");
        assertPassedUnasked(passed);
        assertThat(rcpt(plugin("on_error", "defer"), "user@example.com"))
                .isEqualTo(
                        HookResult.denySoft(
                                        "Mailboxes cannot be looked up now, try again later"
                                                + " (#4.3.0)")
                                .because(passed.reason()));
    }

    @Test
    void passesWhenTheServerIsAwayOrFails() throws Exception {
        code = 500;
        body = "0";
        assertPassedUnasked(rcpt(plugin(), "user@example.com"));

        server.stop(0);

        assertPassedUnasked(rcpt(plugin(), "user@example.com"));
    }

    @Test
    void takesNoLongAnswer() throws Exception {
        body = "0".repeat(1 << 20);

        assertPassedUnasked(rcpt(plugin(), "user@example.com"));
    }

    private static void assertPassedUnasked(HookResult result) {
        assertThat(result.action()).isEqualTo(Action.DECLINED);
        assertThat(result.reason()).startsWith("error: qmail-deliverabled does not answer: ");
    }

    @Test
    void asksTheServerOfTheRoute() throws Exception {
        Files.writeString(routes, "example.com:127.0.0.1:25\n.example.net:127.0.0.1\nx.example:\n");
        QmailDeliverablePlugin byRoutes = plugin("server", "smtproutes:" + port());
        body = "241";

        assertThat(rcpt(byRoutes, "a@example.com").reason()).startsWith("pass");
        assertThat(rcpt(byRoutes, "a@deep.mx.example.net").reason()).startsWith("pass");
        assertThat(rcpt(byRoutes, "a@other.example"))
                .isEqualTo(HookResult.skip("no server for a@other.example"));
        assertThat(rcpt(byRoutes, "a@x.example").reason()).startsWith("skip: no server");

        QmailDeliverablePlugin fallback = plugin("server", "smtproutes:127.0.0.1:" + port());
        assertThat(rcpt(fallback, "a@other.example").reason()).startsWith("pass");
    }

    @ParameterizedTest
    @ValueSource(strings = {"8998", "host", "host:99999", "smtproutes:", "a/b:80", "smtproutes"})
    void refusesServersThatAreNone(String text) {
        assertThatThrownBy(() -> plugin("server", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not HOST:PORT");
    }
}
