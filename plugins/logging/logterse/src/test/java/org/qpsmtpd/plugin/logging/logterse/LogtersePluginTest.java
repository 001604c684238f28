package org.qpsmtpd.plugin.logging.logterse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

final class LogtersePluginTest {
    private final FakeConnection connection =
            FakeConnection.from("192.0.2.9")
                    .withRemoteHost("mail.example.net")
                    .withEhlo("helo.example.net");
    private final FakeTransaction transaction =
            FakeTransaction.on(connection)
                    .withSender("a@example.net")
                    .withRecipient("b@example.com")
                    .withRecipient("c@example.com");

    private static LogtersePlugin plugin(Map<String, Object> options) {
        return new LogtersePlugin(Configs.config(LogterseConfig.class, options));
    }

    private static LogtersePlugin plugin() {
        return plugin(Map.of());
    }

    private void refuse(String plugin, HookResult answer) {
        plugin().onDeny(connection, Optional.of(transaction), plugin, "rcpt", answer);
    }

    @Test
    void writesARefusalAsStatisticsReadIt() {
        refuse("rhsbl", HookResult.deny("Blocked, see http://list.example/"));

        assertThat(connection.logged())
                .containsExactly(
                        "ALERT logging::logterse plugin (deny): ` 192.0.2.9\tmail.example.net"
                                + "\thelo.example.net\t<a@example.net>"
                                + "\t<b@example.com>,<c@example.com>\trhsbl\t901"
                                + "\tBlocked, see http://list.example/\tmsg denied before queued");
    }

    @Test
    void namesPluginsOfSubfoldersAndActionsAsQpsmtpdDoes() {
        refuse("virus/clamav", HookResult.of(Action.DENYSOFT_DISCONNECT, "later"));

        assertThat(connection.logged().get(0)).contains("\tvirus::clamav\t904\tlater\t");
    }

    @Test
    void writesThatAMessageIsQueuedWithItsId() {
        transaction.withMessage("Message-Id: <1@example.net>\nSubject: s\n\ntext\n");

        plugin().onOk(connection, Optional.of(transaction), "queue/x", "queue", HookResult.ok(""));

        assertThat(connection.logged())
                .containsExactly(
                        "ALERT logging::logterse plugin (queue): ` 192.0.2.9\tmail.example.net"
                                + "\thelo.example.net\t<a@example.net>"
                                + "\t<b@example.com>,<c@example.com>\tqueued\t\t<1@example.net>");
    }

    @Test
    void putsBracketsAroundAMessageIdWithoutAndWritesNoneAsEmpty() {
        transaction.withMessage("Message-Id: bare\n\ntext\n");
        plugin().onOk(connection, Optional.of(transaction), "q", "queue", HookResult.ok(""));
        FakeTransaction without = FakeTransaction.on(connection).withMessage("A: b\n\ntext\n");
        plugin().onOk(connection, Optional.of(without), "q", "queue", HookResult.ok(""));

        assertThat(connection.logged().get(0)).endsWith("\tqueued\t\t<bare>");
        assertThat(connection.logged().get(1)).endsWith("\t\t\tqueued\t\t<>");
    }

    @Test
    void addsTheFirstLineOfWhatSpamAssassinFound() {
        transaction.withMessage(
                "X-Spam-Status: Yes, score=13.1 required=3.0\n\ttests=A,B\n\ntext\n");
        refuse("spamassassin", HookResult.deny("spam score exceeded threshold"));
        plugin().onOk(connection, Optional.of(transaction), "q", "queue", HookResult.ok(""));

        assertThat(connection.logged())
                .allSatisfy(
                        line ->
                                assertThat(line)
                                        .containsPattern("\tYes, score=13.1 required=3.0[^\t]*$"));
    }

    @Test
    void isSilentAboutOtherAnswers() {
        LogtersePlugin plugin = plugin();
        Optional<org.qpsmtpd.api.session.Transaction> open = Optional.of(transaction);
        plugin.onOk(connection, open, "rcpt_ok", "rcpt", HookResult.ok(""));
        plugin.onOk(connection, open, "q", "queue", HookResult.DECLINED);
        plugin.onOk(connection, open, "x", "data_post", HookResult.pass("fine"));

        assertThat(connection.logged()).isEmpty();
    }

    @Test
    void keepsFieldsApartWhateverAClientSays() {
        FakeConnection hostile = FakeConnection.create().withHelo("a\tb");
        plugin().onDeny(
                        hostile,
                        Optional.empty(),
                        "helo",
                        "helo",
                        HookResult.deny("one\ntwo\tthree"));

        assertThat(hostile.logged())
                .containsExactly(
                        "ALERT logging::logterse plugin (deny): ` 192.0.2.1\tUnknown\ta_b\t\t"
                                + "\thelo\t901\tone two_three\tmsg denied before queued");
    }

    @Test
    void leavesOutRecipientsThatDoNotFit() {
        for (int i = 0; i < 1000; i++) {
            transaction.withRecipient("recipient-number-" + i + "@example.com");
        }
        refuse("x", HookResult.deny("no"));

        String recipients = connection.logged().get(0).split("\t", -1)[4];
        assertThat(recipients).hasSizeBetween(1800, 1900).endsWith("@example.com>");
    }

    @Test
    void hasThePrefixAndTheStyleItIsTold() {
        LogtersePlugin plugin = plugin(Map.of("prefix", "~", "style", "colon"));
        plugin.onDeny(connection, Optional.empty(), "x", "connect", HookResult.deny("no"));
        plugin(Map.of("style", "none"))
                .onDeny(connection, Optional.empty(), "x", "connect", HookResult.deny("no"));

        assertThat(connection.logged().get(0)).startsWith("ALERT logging::logterse: ~ 192.0.2.9\t");
        assertThat(connection.logged().get(1)).startsWith("ALERT ` 192.0.2.9\t");
        assertThatThrownBy(() -> plugin(Map.of("style", "loud")))
                .hasMessage("style 'loud' is not one of plugin, colon, none");
    }

    @Test
    void reachesTheLogOfAServerWithItsTabs() throws Exception {
        Mailbox mailbox = new Mailbox();
        RcptHook choosy =
                (message, recipient) ->
                        recipient.address().user().equals("no")
                                ? HookResult.deny("not here")
                                : HookResult.DECLINED;
        try (TestServer server =
                TestServer.builder()
                        .logLevel(LogLevel.ALERT)
                        .plugin("logging/logterse", plugin())
                        .plugin("choosy", choosy)
                        .plugin("mailbox", mailbox)
                        .start()) {
            try (SmtpClient client = server.connect()) {
                assertThat(client.open("a@b.c", "user@example.com").code()).isEqualTo(250);
                assertThat(client.send("RCPT TO:<no@example.com>").code()).isEqualTo(550);
                assertThat(client.data("Message-Id: <1@b.c>\n\ntext").code()).isEqualTo(250);
            }
            LogRecord refused =
                    server.awaitLog("\tchoosy\t901\tnot here\tmsg denied before queued");
            LogRecord queued = server.awaitLog("\tqueued\t\t<1@b.c>");

            assertThat(refused.text()).startsWith("logging::logterse plugin (deny): ` 127.0.0.1\t");
            assertThat(queued.text())
                    .startsWith("logging::logterse plugin (queue): ` 127.0.0.1\t")
                    .contains("\t<a@b.c>\t<user@example.com>\tqueued\t");
            assertThat(queued.level()).isEqualTo(LogLevel.ALERT);
            assertThat(queued.line()).startsWith("(ok) logging/logterse: logging::logterse plugin");
        }
    }
}
