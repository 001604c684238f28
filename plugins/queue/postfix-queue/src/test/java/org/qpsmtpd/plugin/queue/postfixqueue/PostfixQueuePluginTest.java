package org.qpsmtpd.plugin.queue.postfixqueue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** What cleanup is sent, what the client is told, and the settings. */
@Timeout(60)
final class PostfixQueuePluginTest {
    private static final String MESSAGE =
            "Message-Id: <1@example.org>\r\nSubject: x\r\n\r\n.Hello\r\n";

    private final Path socket;
    private final FakeCleanup cleanup;

    PostfixQueuePluginTest(@TempDir Path folder) throws IOException {
        socket = folder.resolve("cleanup");
        cleanup = FakeCleanup.at(socket);
    }

    @AfterEach
    void end() throws IOException {
        cleanup.close();
    }

    private PostfixQueuePlugin plugin(Object... settings) {
        Map<String, Object> values = new HashMap<>();
        values.put("socket", socket.toString());
        for (int i = 0; i < settings.length; i += 2) {
            values.put((String) settings[i], settings[i + 1]);
        }
        return new PostfixQueuePlugin(Configs.config(PostfixQueueConfig.class, values), Map.of());
    }

    private static FakeTransaction message() {
        return FakeTransaction.on(FakeConnection.from("192.0.2.1"))
                .withMessage(MESSAGE)
                .withSender("a@example.org")
                .withRecipient("c@example.com");
    }

    @Test
    void handsOverMessageAndEnvelope() throws Exception {
        FakeTransaction transaction = message().withRecipient("e f@example.net");

        HookResult result = plugin().onQueue(transaction);

        long epoch = transaction.connection().clock().now().getEpochSecond();
        String queued = "Queued! <1@example.org> (Queue-Id: 4XyZab)";
        assertThat(result)
                .isEqualTo(HookResult.ok(queued).because("pass: " + socket + ": " + queued));
        FakeCleanup.Brought brought = cleanup.next();
        assertThat(brought.flags()).isEqualTo("0");
        assertThat(brought.records())
                .containsExactly(
                        "T" + epoch,
                        "Sa@example.org",
                        "Rc@example.com",
                        "Re f@example.net",
                        "M",
                        "NMessage-Id: <1@example.org>",
                        "NSubject: x",
                        "N",
                        "N.Hello",
                        "X",
                        "E");
    }

    @Test
    void handsOverTheNullSenderAndABarePostmaster() throws Exception {
        plugin().onQueue(message().withSender("").withRecipient("postmaster"));

        assertThat(cleanup.next().records()).contains("S", "Rpostmaster");
    }

    @Test
    void handsOverUtf8WithItsFlag() throws Exception {
        plugin().onQueue(
                        message().withParameter("SMTPUTF8", "").withRecipient("j\u00fc@b.example"));

        assertThat(cleanup.next().flags()).isEqualTo("256");
        assertThat(cleanup.next().records()).contains("Rj\u00c3\u00bc@b.example");
    }

    @Test
    void splitsLongLines() throws Exception {
        String line = "x".repeat(1024) + "y".repeat(1024) + "z";

        plugin().onQueue(
                        message()
                                .withMessage(
                                        "\r\n" + line + "\r\n" + "w".repeat(1024) + "\r\nlast"));

        assertThat(cleanup.next().records())
                .containsSequence(
                        "N",
                        "L" + "x".repeat(1024),
                        "L" + "y".repeat(1024),
                        "Nz",
                        "N" + "w".repeat(1024),
                        "Nlast",
                        "X");
    }

    @Test
    void handsOverTenMegabytes() throws Exception {
        String line = "x".repeat(62) + "\r\n";

        HookResult result =
                plugin().onQueue(
                                message().withMessage("Subject: x\r\n\r\n" + line.repeat(160_000)));

        assertThat(result.action()).isEqualTo(Action.OK);
        assertThat(cleanup.next().records()).hasSize(160_000 + 8);
    }

    @Test
    void saysWhatTheClientSaidOfReports() throws Exception {
        FakeTransaction transaction =
                FakeTransaction.on(FakeConnection.create())
                        .withMessage(MESSAGE)
                        .withSender("a@example.org")
                        .withParameter("ENVID", "QQ+2B314")
                        .withParameter("RET", "hdrs")
                        .withParameter("BODY", "8BITMIME")
                        .withRecipient(
                                FakeRecipient.of("c@example.com")
                                        .withParameter("NOTIFY", "SUCCESS,FAILURE")
                                        .withParameter("ORCPT", "rfc822;d+2Be@example.com"));

        plugin().onQueue(transaction);

        assertThat(cleanup.next().records())
                .containsSequence(
                        "Aenvelope_id=QQ+314",
                        "Aret_flags=2",
                        "Aencoding=8bit",
                        "Sa@example.org",
                        "Anotify_flags=6",
                        "Adsn_orig_rcpt=rfc822;d+e@example.com",
                        "Rc@example.com");
    }

    @ParameterizedTest
    @CsvSource({
        "RFC822;a+2Bb@x.org, rfc822;a+b@x.org",
        "X400;/c+3Dde/, x400;/c=de/",
        "'utf-8;j\\x{F6}rg@x.org', utf-8;j\u00c3\u00b6rg@x.org",
        "utf-8;plain@x.org, utf-8;plain@x.org"
    })
    void saysWhoTheRecipientWasFirst(String value, String expected) throws Exception {
        plugin().onQueue(original(value));

        assertThat(cleanup.next().records()).contains("Adsn_orig_rcpt=" + expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@x.org",
                ";a@x.org",
                "rfc 822;a@x.org",
                "rfc822;",
                "utf-8;\\x{}@x.org",
                "utf-8;\\x{A}b",
                "utf-8;\\x{D800}b",
                "utf-8;\\x{2028}b",
                "utf-8;\\x{110000}b",
                "utf-8;\\x{41"
            })
    void leavesOutAnOriginalRecipientThatIsNone(String value) throws Exception {
        plugin().onQueue(original(value));

        assertThat(cleanup.next().records()).noneMatch(record -> record.startsWith("A"));
    }

    private static FakeTransaction original(String value) {
        return FakeTransaction.create()
                .withMessage(MESSAGE)
                .withSender("a@example.org")
                .withRecipient(FakeRecipient.of("c@example.com").withParameter("ORCPT", value));
    }

    @Test
    void promisesReports() {
        assertThat(plugin().honours()).containsExactly(QueueExtension.DSN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+2", "+0A", "+zz", "a\u00ffb", ""})
    void leavesOutWhatIsNoXtext(String value) throws Exception {
        plugin().onQueue(message().withParameter("ENVID", value));

        assertThat(cleanup.next().records()).noneMatch(record -> record.startsWith("A"));
    }

    @ParameterizedTest
    @CsvSource({
        "1, DENYSOFT, internal protocol error (#4.3.0)",
        "2, DENYSOFT, queue file write error (#4.3.0)",
        "128, DENYSOFT, queue file write error (#4.3.0)",
        "256, DENYSOFT, service unavailable (#4.7.1)",
        "4, DENY, message file too big (#5.3.4)",
        "8, DENY, message content rejected (#5.7.1)",
        "16, DENY, too many hops (#5.4.0)",
        "64, DENY, no recipients specified (#5.1.0)",
        "512, DENY, service denied (#5.7.1)",
        "65536, DENY, bare LF received (#5.5.2)",
        "10, DENYSOFT, queue file write error (#4.3.0)",
        "264, DENYSOFT, service unavailable (#4.7.1)",
        "1024, DENYSOFT, unknown status (#4.3.0)"
    })
    void answersEachStatus(int status, Action action, String text) {
        cleanup.answering(status, "");

        HookResult result = plugin().onQueue(message());

        assertThat(result.action()).isEqualTo(action);
        assertThat(result.code()).isZero();
        assertThat(result.text()).isEqualTo(text);
        assertThat(result.reason()).startsWith("fail: " + socket + ": status " + status);
    }

    @ParameterizedTest
    @CsvSource({
        "8, no thanks, 0, no thanks (#5.7.1)",
        "8, 5.7.2 no thanks, 0, no thanks (#5.7.2)",
        "8, 550 5.7.2 no thanks, 550, no thanks (#5.7.2)",
        "8, 450 4.7.2 no thanks, 0, no thanks (#5.7.1)",
        "256, 451 4.7.5 later, 451, later (#4.7.5)",
        "256, try later, 0, try later (#4.7.1)"
    })
    void passesOnTheReasonOfCleanup(int status, String reason, int code, String text) {
        cleanup.answering(status, reason);

        HookResult result = plugin().onQueue(message());

        assertThat(result.text()).isEqualTo(text);
        assertThat(result.code()).isEqualTo(code);
    }

    @Test
    void cleansTheReasonOfCleanup() {
        cleanup.answering(8, "no\r\n250 ok\u001b\u00e4" + "x".repeat(1000));

        assertThat(plugin().onQueue(message()).text())
                .startsWith("no  250 ok ?xxx")
                .endsWith("x... (#5.7.1)")
                .hasSizeLessThan(300);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                FakeCleanup.DROP,
                "220 mail.example ESMTP\r\n",
                "queue_id\0\0\0",
                "queue_id\0a b\0\0",
                "protocol\0bounce_protocol\0queue_id\0A1\0\0"
            })
    void defersWhenItIsNotCleanupThatAnswers(String greeting) {
        cleanup.greeting(greeting);

        assertDeferred(plugin().onQueue(message()), "the message could not be handed to cleanup");
        assertThat(cleanup.messages()).isZero();
    }

    @Test
    void boundsWhatItReads() {
        cleanup.greeting("x".repeat(100_000) + "\0");
        assertDeferred(plugin().onQueue(message()), "the message could not be handed to cleanup");

        cleanup.greeting("x\0y\0".repeat(1000));
        assertThat(plugin().onQueue(message()).reason()).endsWith("too many attributes");
    }

    @Test
    void takesTheGreetingOfAnOlderCleanup() {
        cleanup.greeting("queue_id\0A1B2\0\0");

        assertThat(plugin().onQueue(message()).text()).endsWith("(Queue-Id: A1B2)");
    }

    @Test
    void defersWhenTheConnectionIsLostAfterTheMessage() throws Exception {
        cleanup.answering(FakeCleanup.DROP);

        HookResult result = plugin().onQueue(message());

        assertDeferred(result, "the message could not be handed to cleanup");
        assertThat(result.reason()).endsWith("cleanup closed the connection");
        assertThat(cleanup.messages()).as("handed over once").isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reason\0x\0\0", "status\0ok\0\0", "status\0" + "99999999999\0\0"})
    void defersWithoutAStatus(String answer) {
        cleanup.answering(answer);

        assertDeferred(plugin().onQueue(message()), "cleanup gave no status");
    }

    @Test
    void defersWhenCleanupHangs() {
        cleanup.greeting(FakeCleanup.SILENT);
        assertDeferred(plugin("timeout", 1).onQueue(message()), "cleanup did not answer in time");

        cleanup.greeting(FakeCleanup.GREETING).answering(FakeCleanup.SILENT);
        assertDeferred(plugin("timeout", 1).onQueue(message()), "cleanup did not answer in time");
    }

    @Test
    void defersWhenNobodyListens() throws Exception {
        cleanup.close();

        HookResult result = plugin().onQueue(message());

        assertDeferred(result, "cleanup cannot be reached");
        assertThat(result.reason()).startsWith("error: " + socket + ": ");
    }

    @Test
    void defersMailWithoutRecipients() {
        assertDeferred(
                plugin().onQueue(FakeTransaction.create().withMessage(MESSAGE)), "no recipients");
    }

    /** Cleanup drops a message of which the last record does not come. */
    @Test
    void neverEndsAMessageThatCannotBeRead() throws Exception {
        assertDeferred(
                plugin().onQueue(message().withUnreadableMessage()),
                "the message could not be handed to cleanup");
        cleanup.awaitEnd();
        assertThat(cleanup.messages()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\n.\r\n", "a\r.\r\n", "a\r\r\n", "a\r"})
    void refusesABareLineEnd(String body) throws Exception {
        HookResult result =
                plugin().onQueue(message().withMessage(("\r\n" + body).getBytes(ISO_8859_1)));

        assertThat(result.action()).isEqualTo(Action.DENY);
        assertThat(result.code()).isEqualTo(554);
        assertThat(result.text())
                .isEqualTo("message has a CR or LF that is not part of CRLF (#5.6.0)");
        assertThat(cleanup.messages()).isZero();
    }

    @Test
    void usesTheFirstSocketOfTheFileThatAnswers() throws Exception {
        try (FakeCleanup other = FakeCleanup.onPort()) {
            FakeTransaction transaction = message();
            transaction
                    .connection()
                    .config()
                    .set("cleanup_sockets", "/none/there", "no socket", other.hostAndPort());

            HookResult result = plugin().onQueue(transaction);

            assertThat(result.reason()).startsWith("pass: " + other.hostAndPort() + ": ");
            assertThat(other.messages()).isEqualTo(1);
            assertThat(cleanup.messages()).isZero();
        }
    }

    @Test
    void usesTheSocketOfTheEnvironmentBeforeAll() {
        FakeTransaction transaction = message();
        transaction.connection().config().set("cleanup_sockets", "/none/there");
        PostfixQueuePlugin plugin =
                new PostfixQueuePlugin(
                        Configs.config(PostfixQueueConfig.class, Map.of("socket", "/none")),
                        Map.of("POSTFIXQUEUE", socket.toString()));

        assertThat(plugin.onQueue(transaction).action()).isEqualTo(Action.OK);
    }

    @Test
    void sendsTheFlags() throws Exception {
        plugin("flags", List.of("FLAG_FILTER", "flag_bcc_ok")).onQueue(message());

        assertThat(cleanup.next().flags()).isEqualTo("18");
    }

    @Test
    void takesFlagsWithoutASocket() throws Exception {
        PostfixQueuePlugin plugin =
                new PostfixQueuePlugin(
                        Configs.config(
                                PostfixQueueConfig.class,
                                Map.of("socket", "FLAG_MASK_EXTERNAL", "flags", "FLAG_HOLD")),
                        Map.of("POSTFIXQUEUE", socket.toString()));

        plugin.onQueue(message());

        assertThat(cleanup.next().flags()).isEqualTo(String.valueOf(114 + 4));
    }

    @Test
    void refusesOtherWords() {
        assertThatThrownBy(() -> plugin("flags", "FLAG_ALL"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("flag 'FLAG_ALL' is not one of FLAG_NONE, FLAG_BOUNCE");
        assertThatThrownBy(() -> plugin("socket", "public/cleanup"))
                .hasMessage("socket 'public/cleanup' is not an absolute path");
    }

    @Test
    void checksTheLinesOfTheFile() {
        PostfixQueuePlugin plugin = plugin();
        for (String line : List.of("/a/b", "mx.example.com:10025", "[::1]:25")) {
            assertThatCode(() -> plugin.checkLine("cleanup_sockets", line))
                    .doesNotThrowAnyException();
        }
        for (String line : List.of("a/b", "host", "host:0", "host:65536", ":25", "a b:25")) {
            assertThatThrownBy(() -> plugin.checkLine("cleanup_sockets", line))
                    .hasMessage("'" + line + "' is neither an absolute path nor HOST:PORT");
        }
    }

    @Test
    void hasTheDocumentedDefaults() {
        PostfixQueueConfig config = Configs.config(PostfixQueueConfig.class);

        assertThat(config.socket()).isEmpty();
        assertThat(config.flags()).isEmpty();
        assertThat(config.timeout()).isEqualTo(240);
        assertThat(CleanupSocket.USUAL.path()).isEqualTo("/var/spool/postfix/public/cleanup");
    }

    @Test
    void tellsTheClientOfAServer() throws Exception {
        RcptHook any = (transaction, recipient) -> HookResult.OK;
        cleanup.answering(8, "5.7.2 no such words");
        try (TestServer server =
                        TestServer.builder()
                                .plugin("any", any)
                                .plugin("queue/postfix-queue", plugin())
                                .start();
                SmtpClient client = server.connect()) {
            client.open("a@example.org", "c@example.com");
            assertThat(client.data("Subject: x\n\n.a\n").toString())
                    .isEqualTo("552 5.7.2 no such words (#5.7.2)");
        }
    }

    private static void assertDeferred(HookResult result, String reason) {
        assertThat(result.action()).as(result.toString()).isEqualTo(Action.DENYSOFT);
        assertThat(result.code()).isEqualTo(451);
        assertThat(result.text()).isEqualTo("Unable to queue message (%s) (#4.3.0)", reason);
        assertThat(result.reason()).startsWith("error: ");
    }
}
