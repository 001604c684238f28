package org.qpsmtpd.plugin.rspamd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.content.EncodedWords;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.StandIn;

@Timeout(60)
final class RspamdPluginTest {
    private static final String MESSAGE = "From: a@example.org\nSubject: hello\n\nhello\n";
    private static final String CLEAN = answer("no action", "");

    private final NettyPeers peers = new NettyPeers();
    private final CountDownLatch end = new CountDownLatch(1);
    private final FakeConnection connection =
            FakeConnection.from("192.0.2.7")
                    .withRemoteHost("client.example.net")
                    .withEhlo("helo.example.net")
                    .withConfig(new FakeConfig().set("me", "mx.example.org"));
    private final FakeTransaction transaction =
            FakeTransaction.on(connection)
                    .withSender("joe@example.net")
                    .withRecipient("ann@example.org")
                    .withMessage(MESSAGE);

    @AfterEach
    void close() {
        end.countDown();
        peers.close();
    }

    private static String answer(String action, String more) {
        return "{\"score\":7.5,\"required_score\":15.0,\"action\":\""
                + action
                + "\",\"symbols\":{\"SMALL\":{\"score\":0.5},\"LARGE\":{\"score\":7.0}}"
                + more
                + "}";
    }

    private RspamdPlugin plugin(String socket, String... options) {
        Map<String, String> values = new HashMap<>(Map.of("rspamd_socket", socket));
        Map<String, String> peer = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            boolean isPeers = options[i].endsWith("Seconds");
            (isPeers ? peer : values).put(options[i], options[i + 1]);
        }
        return new RspamdPlugin(
                Configs.config(RspamdConfig.class, values),
                Configs.config(PeerOptions.class, peer),
                peers);
    }

    private HookResult answer(RspamdPlugin plugin) {
        HookResult result = plugin.onDataPost(transaction);
        return connection.answered(
                result.pending()
                        .map(later -> later.answer().toCompletableFuture().join())
                        .orElse(result));
    }

    private HookResult answerOf(StandIn.Script script, String... options) throws IOException {
        try (StandIn rspamd = StandIn.onPort(script)) {
            return answer(plugin(rspamd.address(), options));
        }
    }

    private HookResult answerTo(String json, String... options) throws IOException {
        return answerOf(StandInRspamd.saying(json), options);
    }

    private List<String> names() {
        return transaction.headers().fields().stream().map(HeaderField::name).toList();
    }

    private List<String> values(String name) {
        return transaction.headers().all(name).stream().map(HeaderField::unfolded).toList();
    }

    private List<String> recipients() {
        return transaction.recipients().stream()
                .map(recipient -> recipient.address().comparable())
                .toList();
    }

    @Test
    void sendsTheMessageAsItIsToBeQueuedWithWhatIsKnownOfIt() throws IOException {
        connection.withAuth("joe", "PLAIN").withTls("TLSv1.3", "TLS_AES_256_GCM_SHA384");
        transaction.headers().prepend("Received", "from here");
        StandInRspamd script = StandInRspamd.saying(CLEAN);
        var unused = answerOf(script, "settings_id", "inbound", "pass_all", "true");

        assertThat(script.heads().get(0))
                .startsWith("POST /checkv2 HTTP/1.1\r\nHost: ")
                .contains(
                        "\r\nIP: 192.0.2.7\r\n",
                        "\r\nHelo: helo.example.net\r\n",
                        "\r\nHostname: client.example.net\r\n",
                        "\r\nUser: joe\r\n",
                        "\r\nMTA-Name: mx.example.org\r\n",
                        "\r\nTLS-Cipher: TLS_AES_256_GCM_SHA384\r\n",
                        "\r\nTLS-Version: TLSv1.3\r\n",
                        "\r\nQueue-Id: " + transaction.id() + "\r\n",
                        "\r\nFrom: <joe@example.net>\r\n",
                        "\r\nRcpt: <ann@example.org>\r\n",
                        "\r\nDeliver-To: ann@example.org\r\n",
                        "\r\nSettings-ID: inbound\r\n",
                        "\r\nPass: all\r\n");
        assertThat(script.messages())
                .containsExactly(
                        "Received: from here\r\nFrom: a@example.org\r\nSubject: hello\r\n\r\nhello"
                                + "\r\n");
    }

    @Test
    void leavesOutWhatIsNotKnown() throws IOException {
        connection.withRemoteHost("Unknown");
        transaction.withSender("").withRecipient("bob@example.org");
        StandInRspamd script = StandInRspamd.saying(CLEAN);
        var unused = answerOf(script);

        assertThat(script.heads().get(0))
                .contains("\r\nFrom: <>\r\n")
                .contains("\r\nRcpt: <ann@example.org>\r\nRcpt: <bob@example.org>\r\n")
                .doesNotContain("Hostname", "User:", "TLS-", "Deliver-To", "Settings", "Pass");
    }

    @Test
    void lineEndsAddNoFieldToTheQuestion() throws IOException {
        connection.withAuth("joe\r\nPass: all\r\n\r\nx", "PLAIN");
        StandInRspamd script = StandInRspamd.saying(CLEAN);
        var unused = answerOf(script);

        assertThat(script.heads().get(0)).contains("\r\nUser: joe??Pass: all????x\r\n");
    }

    @Test
    void asksAtASocketAndOnOneConnection(@TempDir Path folder) throws IOException {
        try (StandIn rspamd = StandIn.at(folder.resolve("s"), StandInRspamd.saying(CLEAN))) {
            RspamdPlugin plugin = plugin(rspamd.address());

            assertThat(answer(plugin).action()).isEqualTo(Action.DECLINED);
            assertThat(answer(plugin).action()).isEqualTo(Action.DECLINED);
            assertThat(rspamd.accepted()).isOne();
            assertThat(plugin.figures())
                    .contains(Figure.counter("scanned", 2), Figure.counter("peer_connected", 1));
        }
    }

    @Test
    void keepsNoConnectionThatRspamdWantsToEnd() throws IOException {
        StandInRspamd script =
                new StandInRspamd(
                        head ->
                                StandInRspamd.ok(CLEAN)
                                        .replace("Server: ", "Connection: close\r\nServer: "));
        try (StandIn rspamd = StandIn.onPort(script)) {
            RspamdPlugin plugin = plugin(rspamd.address());
            var first = answer(plugin);
            var second = answer(plugin);

            assertThat(second).isEqualTo(first);
            assertThat(rspamd.accepted()).isEqualTo(2);
        }
    }

    @Test
    void saysWhatItFound() throws IOException {
        transaction.withMessage(
                "X-Spam: No\nX-Rspamd-Status: No\nX-Rspamd-Symbols: NONE\n" + MESSAGE);
        HookResult answer = answerTo(CLEAN);

        assertThat(answer)
                .isEqualTo(HookResult.pass("no action, 7.50 of 15.00: LARGE(7.00), SMALL(0.50)"));
        assertThat(values("X-Rspamd-Status"))
                .containsExactly("No, score=7.50 required=15.00 action=no action");
        assertThat(values("X-Rspamd-Symbols")).containsExactly("LARGE(7.00), SMALL(0.50)");
        assertThat(names()).doesNotContain("X-Spam");
    }

    @ParameterizedTest
    @CsvSource({
        "all, no action, true",
        "spam, no action, false",
        "spam, add header, true",
        "none, add header, false"
    })
    void putsItIntoTheHeadersOfThoseMessagesThatItIsTold(
            String option, String action, boolean isThere) throws IOException {
        var unused = answerTo(answer(action, ""), "headers", option);

        assertThat(names().contains("X-Rspamd-Status")).isEqualTo(isThere);
        assertThat(names().contains("X-Spam")).isEqualTo(action.equals("add header"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    no action       | DECLINED | ''                    | pass:            | 0
                    greylist        | DECLINED | ''                    | pass:            | 0
                    add header      | DECLINED | ''                    | fail, tolerated: | -1
                    rewrite subject | DECLINED | ''                    | fail, tolerated: | -1
                    quarantine      | DECLINED | ''                    | fail, tolerated: | -1
                    soft reject     | DENYSOFT | Try again later       | fail:            | 0
                    reject          | DENY     | Spam message rejected | fail:            | -1
                    discard         | DONE     | Message accepted      | fail:            | -1
                    """)
    void doesWhatRspamdWants(String action, Action expected, String text, String reason, int karma)
            throws IOException {
        HookResult answer = answerTo(answer(action, ""));

        assertThat(answer.action()).isEqualTo(expected);
        assertThat(answer.text()).isEqualTo(text);
        assertThat(answer.reason()).startsWith(reason + " " + action + ", 7.50 of 15.00: LARGE");
        assertThat(connection.karma()).isEqualTo(karma);
        assertThat(transaction.quarantineReasons()).hasSize(action.equals("quarantine") ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({
        "reject, accept, DECLINED", "reject, mark, DECLINED", "reject, quarantine, DECLINED",
        "reject, defer, DENYSOFT", "reject, discard, DONE", "soft_reject, deny, DENY",
        "greylist, defer, DENYSOFT", "add_header, deny, DENY", "rewrite_subject, deny, DENY",
        "discard, deny, DENY", "quarantine, deny, DENY", "quarantine, accept, DECLINED"
    })
    void doesWhatItIsToldForAnAction(String option, String treatment, Action expected)
            throws IOException {
        HookResult answer = answerTo(answer(option.replace('_', ' '), ""), option, treatment);

        assertThat(answer.action()).isEqualTo(expected);
        assertThat(names().contains("X-Spam")).isEqualTo(treatment.equals("mark"));
        assertThat(transaction.quarantineReasons()).hasSize(treatment.equals("quarantine") ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({
        "perm, DENY",
        "temp, DENYSOFT",
        "disconnect, DENY_DISCONNECT",
        "temp_disconnect, DENYSOFT_DISCONNECT"
    })
    void refusesAsItIsTold(String type, Action expected) throws IOException {
        assertThat(answerTo(answer("reject", ""), "reject_type", type).action())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reject", "soft reject"})
    void saysWhatRspamdWantsToBeSaidOnOneLine(String action) throws IOException {
        String message = ",\"messages\":{\"smtp_message\":\"Gtube\\r\\n250 pattern\"}";
        HookResult answer = answerTo(answer(action, message));

        assertThat(answer.text()).isEqualTo("Gtube  250 pattern");
    }

    @Test
    void givesAMessageAnotherSubject() throws IOException {
        var unused = answerTo(answer("rewrite subject", ",\"subject\":\"[SPAM] hello\""));

        assertThat(values("Subject")).containsExactly("[SPAM] hello");
        assertThat(values("X-Spam")).containsExactly("Yes");
    }

    @Test
    void encodesASubjectThatIsNotAscii() throws IOException {
        String subject = "[SPAM] " + "gr\u00fc\u00df dich \ud83d\ude00 ".repeat(8).strip();
        var unused =
                answerTo(
                        answer(
                                "rewrite subject",
                                ",\"subject\":\"" + subject + "\\r\\nBcc: x@y\""));

        String value = transaction.headers().first("Subject").orElseThrow().value();
        assertThat(value.lines()).allMatch(line -> line.strip().length() <= 76);
        assertThat(EncodedWords.decode(value)).isEqualTo(subject + "  Bcc: x@y");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Subject: hello             | *** SPAM *** hello
                    Subject: *** SPAM *** x    | *** SPAM *** x
                    X: y                       | *** SPAM ***
                    """)
    void putsAPrefixBeforeTheSubjectWhereRspamdGivesNone(String field, String expected)
            throws IOException {
        transaction.withMessage(field + "\n\nhello\n");
        var unused = answerTo(answer("rewrite subject", ""));

        assertThat(values("Subject")).containsExactly(expected);
    }

    @Test
    void removesFields() throws IOException {
        transaction.withMessage("A: 1\nB: 1\nB: 2\nB: 3\nC: 1\nC: 2\nD: 1\nD: 2\n\nx\n");
        var unused =
                answerTo(
                        answer(
                                "no action",
                                ",\"milter\":{\"remove_headers\":{\"A\":0,\"B\":[3,1],\"C\":-1,"
                                        + "\"D\":7,\"E\":0,\"F\":\"x\"}}"),
                        "headers",
                        "none");

        assertThat(transaction.message()).startsWith("B: 2\nC: 1\nD: 1\nD: 2\n\n");
    }

    @Test
    void addsFieldsWhereRspamdWantsThem() throws IOException {
        transaction.withMessage("A: 1\nB: 1\nC: 1\n\nx\n");
        var unused =
                answerTo(
                        answer(
                                "no action",
                                ",\"milter\":{\"add_headers\":{\"E1\":\"x\","
                                        + "\"T\":{\"value\":\"y\",\"order\":0},"
                                        + "\"S\":{\"value\":\"y\",\"index\":1},"
                                        + "\"E2\":[{\"value\":\"1\",\"order\":-1},\"2\"],"
                                        + "\"P\":{\"value\":\"z\",\"order\":-2},"
                                        + "\"FAR\":{\"value\":\"z\",\"order\":99},"
                                        + "\"UP\":{\"value\":\"z\",\"order\":-99},"
                                        + "\"N\":7,\"O\":{\"order\":1},\"Not a name\":\"x\"}}"),
                        "headers",
                        "none");

        assertThat(names())
                .containsExactly("UP", "T", "S", "A", "B", "C", "E1", "E2", "P", "E2", "FAR");
    }

    @Test
    void aValueAddsNoOtherField() throws IOException {
        String value = "one\\n\\ttwo\\r\\nBcc: x@example.org\\u0000";
        var unused =
                answerTo(
                        answer(
                                "no action",
                                ",\"milter\":{\"add_headers\":{\"X-A\":\"" + value + "\"}}"));

        assertThat(values("X-A")).singleElement().asString().startsWith("one two");
        assertThat(names()).doesNotContain("Bcc");
    }

    @Test
    void changesSenderAndRecipients() throws IOException {
        transaction.withRecipient("bob@example.org");
        var unused =
                answerTo(
                        answer(
                                "no action",
                                ",\"milter\":{\"change_from\":\"new@example.org\","
                                        + "\"add_rcpt\":[\"carl@example.org\",\"BOB@example.org\","
                                        + "\"\\u0001 x\"],"
                                        + "\"del_rcpt\":[\"<Ann@example.org>\"]}"));

        assertThat(transaction.sender().format()).isEqualTo("<new@example.org>");
        assertThat(recipients()).containsExactly("bob@example.org", "carl@example.org");
    }

    @Test
    void throwsAMessageAwayThatHasNoRecipientLeft() throws IOException {
        HookResult answer =
                answerTo(
                        answer(
                                "no action",
                                ",\"milter\":{\"change_from\":\"<>\","
                                        + "\"del_rcpt\":\"ann@example.org\"}"));

        assertThat(answer.action()).isEqualTo(Action.DONE);
        assertThat(answer.code()).isEqualTo(250);
        assertThat(transaction.sender().isNull()).isTrue();
    }

    @Test
    void makesNoChangesWhereItMayNot() throws IOException {
        var unused =
                answerTo(
                        answer(
                                "no action",
                                ",\"dkim-signature\":\"v=1\",\"milter\":{\"add_headers\":{\"A\":"
                                        + "\"x\"},\"change_from\":\"x@example.org\"}"),
                        "changes",
                        "false",
                        "sign",
                        "false");

        assertThat(names()).doesNotContain("A", "DKIM-Signature");
        assertThat(transaction.sender().format()).isEqualTo("<joe@example.net>");
    }

    @ParameterizedTest
    @CsvSource({
        "'\"reject\":\"discard\"', DONE",
        "'\"reject\":\"quarantine\"', DECLINED",
        "'\"reject\":\"other\"', DENY",
        "'\"no_action\":true', DECLINED"
    })
    void doesAnotherThingThanToRefuseWhereRspamdSaysSo(String milter, Action expected)
            throws IOException {
        HookResult answer = answerTo(answer("reject", ",\"milter\":{" + milter + "}"));

        assertThat(answer.action()).isEqualTo(expected);
        assertThat(transaction.quarantineReasons()).hasSize(milter.contains("quarant") ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({"'\"Maybe\"', X-Spam, Maybe", "'{\"X-Junk\":\"5\"}', X-Junk, 5"})
    void marksSpamAsRspamdWants(String header, String name, String value) throws IOException {
        var unused = answerTo(answer("add header", ",\"milter\":{\"spam_header\":" + header + "}"));

        assertThat(values(name)).containsExactly(value);
        assertThat(values("X-Spam")).hasSize(name.equals("X-Spam") ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({
        "'\"v=1;\\r\\n\\td=a\"', v=1; d=a",
        "'[\"v=1;\\n\\td=a\",\"v=1;d=b\"]', 'v=1; d=a|v=1;d=b'"
    })
    void putsSignaturesOnTop(String signatures, String expected) throws IOException {
        var unused = answerTo(answer("no action", ",\"dkim-signature\":" + signatures));

        List<String> all = List.of(expected.split("\\|"));
        assertThat(values("DKIM-Signature")).isEqualTo(all);
        assertThat(names().subList(0, all.size())).containsOnly("DKIM-Signature");
    }

    @Test
    void judgesForEachRecipientAlone() throws IOException {
        transaction.withRecipient("bob@example.org").withRecipient("carl@example.org");
        StandInRspamd script =
                new StandInRspamd(
                        head ->
                                StandInRspamd.ok(
                                        answer(
                                                head.contains("Deliver-To: ann")
                                                        ? "reject"
                                                        : head.contains("Deliver-To: bob")
                                                                ? "discard"
                                                                : "add header",
                                                "")));
        List<Recipient> all = transaction.recipients();
        HookResult answer = answerOf(script, "per_recipient", "true");

        assertThat(script.heads()).hasSize(3);
        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(recipients()).containsExactly("carl@example.org");
        assertThat(all.get(0).verdict()).contains(HookResult.deny("Spam message rejected"));
        assertThat(values("X-Spam")).containsExactly("Yes");
    }

    @Test
    void takesTheSettingsOfEachRecipient() throws IOException {
        FakeRecipient strict =
                FakeRecipient.of("bob@example.org")
                        .withConfig(new FakeConfig().set("rspamd_settings", "strict"));
        transaction.withRecipient("carl@example.org").withRecipient(strict);
        StandInRspamd script =
                new StandInRspamd(
                        head ->
                                StandInRspamd.ok(
                                        answer(
                                                head.contains("Settings-ID: strict")
                                                        ? "reject"
                                                        : "no action",
                                                "")));
        HookResult answer = answerOf(script, "settings_id", "usual", "reject_type", "disconnect");

        assertThat(script.heads()).hasSize(2).anyMatch(h -> h.contains("Settings-ID: usual\r\n"));
        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(recipients()).containsExactly("ann@example.org", "carl@example.org");
        assertThat(strict.verdict()).contains(HookResult.deny("Spam message rejected"));
    }

    @Test
    void refusesWhatNobodyGets() throws IOException {
        transaction.withRecipient("bob@example.org");
        StandInRspamd script =
                new StandInRspamd(
                        head ->
                                StandInRspamd.ok(
                                        answer(head.contains("ann") ? "reject" : "discard", "")));
        HookResult answer = answerOf(script, "per_recipient", "true");

        assertThat(answer.action()).isEqualTo(Action.DENY);
    }

    @Test
    void leavesImmuneMessagesAlone() throws IOException {
        connection.relaying();

        assertThat(answerTo(answer("reject", ""))).isEqualTo(HookResult.IMMUNE);
        assertThat(answerTo(answer("reject", ""), "relayclient", "scan").action())
                .isEqualTo(Action.DENY);

        transaction.withNote(NoteKey.WHITELIST_SENDER, "joe");
        assertThat(answerTo(answer("reject", ""), "relayclient", "scan"))
                .isEqualTo(HookResult.IMMUNE);
    }

    @Test
    void leavesLargeMessagesOut() throws IOException {
        HookResult answer = answerTo(answer("reject", ""), "size_limit", "20", "on_error", "defer");

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.reason()).startsWith("skip: not scanned: too large, ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "nonsense",
                "{\"score\":1,\"action\":\"no action\"} x",
                "{\"score\":1,\"action\":\"no action\",}",
                "{\"score\":\"1\",\"action\":\"no action\"}",
                "{\"score\":1e999999999,\"action\":\"no action\"}",
                "{\"score\":1,\"action\":\"dance\"}",
                "{\"score\":1,\"action\":7}",
                "{\"error\":\"no message\"}"
            })
    void saysWhenTheAnswerIsNone(String json) throws IOException {
        HookResult answer = answerTo(json, "on_error", "defer");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.text()).isEqualTo("Unable to scan for spam, try again later (#4.3.0)");
        assertThat(answer.reason()).startsWith("error: not scanned: rspamd");
    }

    @Test
    void boundsTheDepthOfAnAnswer() throws IOException {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        String json = answer("no action", ",\"x\":" + deep);

        assertThat(answerTo(json).reason()).contains("error: not scanned: ", "no JSON object");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
                "SMTP 220 hello\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"score\":1",
                "HTTP/1.1 200 OK\r\nContent-Len",
                ""
            })
    void failsWhereTheAnswerIsNoGoodHttp(String octets) throws IOException {
        StandIn.Script script =
                (in, out) -> {
                    var unused = in.read(new byte[10_000]);
                    out.write(octets.getBytes(ISO_8859_1));
                };
        HookResult answer = answerOf(script, "on_error", "defer");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).startsWith("error: not scanned: rspamd at 127.0.0.1:");
    }

    @Test
    void readsAnAnswerInChunksAndOctetByOctet() throws IOException {
        String json = answer("reject", "");
        String octets =
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                        + "\r\n5\r\n"
                        + json.substring(0, 5)
                        + "\r\n"
                        + Integer.toHexString(json.length() - 5)
                        + "\r\n"
                        + json.substring(5)
                        + "\r\n0\r\n\r\n";
        StandIn.Script script =
                (in, out) -> {
                    for (byte octet : octets.getBytes(UTF_8)) {
                        out.write(octet);
                        out.flush();
                    }
                    hang();
                };

        assertThat(answerOf(script).action()).isEqualTo(Action.DENY);
    }

    @Test
    void readsAnAnswerThatEndsWithTheConnection() throws IOException {
        String octets = "HTTP/1.0 200 OK\r\n\r\n" + answer("reject", "");
        StandIn.Script script =
                (in, out) -> {
                    var unused = in.read(new byte[10_000]);
                    out.write(octets.getBytes(UTF_8));
                };

        assertThat(answerOf(script).action()).isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5f5e100\r\n",
                "HTTP/1.1 200 OK\r\nX: "
            })
    void boundsAnAnswerOf100Megabytes(String start) throws IOException {
        byte[] piece = " ".repeat(100_000).getBytes(ISO_8859_1);
        StandIn.Script script =
                (in, out) -> {
                    out.write(start.getBytes(ISO_8859_1));
                    for (int i = 0; i < 1000; i++) {
                        out.write(piece);
                    }
                };

        assertThat(answerOf(script, "on_error", "defer").reason())
                .startsWith("error: not scanned: rspamd at ")
                .containsAnyOf("is longer than 1048576 octets", "no HTTP");
    }

    @Test
    void givesUpAServerThatHangs() throws IOException {
        HookResult answer =
                answerOf((in, out) -> hang(), "timeoutSeconds", "1", "on_error", "defer");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).contains("no answer within 1 s");
    }

    private void hang() {
        try {
            assertThat(end.await(50, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void goesOnWhereNobodyListens() throws IOException {
        StandIn gone = StandIn.onPort((in, out) -> {});
        gone.close();
        HookResult answer = answer(plugin(gone.address()));

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.reason()).contains("is it running, and listening there?");
    }

    @Test
    void asksTheNextWhereNobodyListens() throws IOException {
        StandIn gone = StandIn.onPort((in, out) -> {});
        gone.close();
        try (StandIn rspamd = StandIn.onPort(StandInRspamd.saying(answer("reject", "")))) {
            HookResult answer = answer(plugin(gone.address() + "," + rspamd.address()));

            assertThat(answer.action()).isEqualTo(Action.DENY);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "reject, burn, reject 'burn' is not one of accept",
        "add_header, x, add_header 'x' is not one of",
        "headers, x, headers 'x' is not one of all",
        "relayclient, x, relayclient 'x' is not one of skip",
        "reject_type, x, reject_type 'x' is not one of perm",
        "on_error, x, on_error 'x' is not one of defer",
        "rspamd_socket, '', rspamd_socket ''"
    })
    void refusesWrongSettings(String option, String value, String message) {
        assertThatThrownBy(() -> plugin("localhost", option, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
