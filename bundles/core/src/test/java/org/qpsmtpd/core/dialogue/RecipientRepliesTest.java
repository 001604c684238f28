package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.hook.UserConfigHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AddressSyntax;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.SmtpReply;
import org.qpsmtpd.testkit.TestServer;

/** Replies of a message whose recipients differ: PRDR, LMTP, and {@code mixed_verdict}. */
@Timeout(60)
class RecipientRepliesTest {
    private static final Map<String, HookResult> VERDICTS =
            Map.of(
                    "never", HookResult.deny("no such text here"),
                    "later", HookResult.denySoft("come back"),
                    "stored", HookResult.ok("has it"));
    private static final String MESSAGE = "Subject: s\r\n\r\nbody\r\n";

    private final Mailbox mailbox = new Mailbox();

    private static void settle(Transaction transaction, boolean queueing) {
        for (Recipient recipient : transaction.recipients()) {
            String word = recipient.address().user().replaceAll("[0-9]", "");
            HookResult verdict = VERDICTS.get(word);
            if (verdict != null && (queueing || verdict.action() != Action.OK)) {
                recipient.settle(verdict);
            }
        }
    }

    private TestServer.Builder server() {
        DataPostHook judge =
                transaction -> {
                    settle(transaction, false);
                    return HookResult.DECLINED;
                };
        return TestServer.builder().plugin("judge", judge);
    }

    private TestServer.Builder delivering() {
        return server().plugin("mailbox", mailbox);
    }

    private static TestServer lmtp(TestServer.Builder builder) throws IOException {
        TestServer server = builder.start();
        server.setConfig("lmtp_ports", Integer.toString(server.port()));
        return server;
    }

    /** Sends envelope and message; the replies to the message in order, as {@code code text}. */
    private static List<String> replies(
            SmtpClient client, String hello, String parameter, String users, int count)
            throws IOException {
        client.read();
        client.sendAll(hello + " client.test", "MAIL FROM:<a@b.test>" + parameter);
        for (String user : users.split(" ", -1)) {
            assertThat(client.send("RCPT TO:<" + user + "@example.com>").code()).isEqualTo(250);
        }
        List<String> replies = new ArrayList<>();
        replies.add(shown(client.data(MESSAGE.replace("\r", ""))));
        while (replies.size() < count) {
            replies.add(shown(client.read()));
        }
        assertThat(client.send("NOOP").code()).isEqualTo(250);
        return replies;
    }

    private static String shown(SmtpReply reply) {
        return reply.code() + " " + reply.text();
    }

    private List<String> delivered() {
        return mailbox.messages().stream()
                .flatMap(message -> message.recipients().stream())
                .map(recipient -> recipient.substring(1, recipient.indexOf('@')))
                .toList();
    }

    @Test
    void prdrIsOffered() throws Exception {
        try (TestServer server = delivering().start();
                SmtpClient client = server.connect()) {
            client.read();

            assertThat(client.send("EHLO client.test").lines()).contains("PRDR");
            assertThat(client.send("MAIL FROM:<a@b.test> PRDR=1").code()).isEqualTo(501);
        }
    }

    @Test
    void prdrTellsEachAndThenTheWhole() throws Exception {
        try (TestServer server = delivering().start();
                SmtpClient client = server.connect()) {
            assertThat(replies(client, "EHLO", " PRDR", "one never later two", 6))
                    .satisfiesExactly(
                            first -> assertThat(first).startsWith("353 "),
                            one -> assertThat(one).startsWith("250 2.0.0 <one@example.com> Queued"),
                            never ->
                                    assertThat(never)
                                            .isEqualTo(
                                                    "552 5.7.1 <never@example.com> no such text"
                                                            + " here"),
                            later ->
                                    assertThat(later)
                                            .isEqualTo("452 4.7.1 <later@example.com> come back"),
                            two -> assertThat(two).startsWith("250 "),
                            whole -> assertThat(whole).startsWith("250 2.0.0 Queued"));
        }
        assertThat(delivered()).containsExactly("one", "two");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    never1 never2 | 353 552 552 552
                    never later   | 353 552 452 452
                    one two       | 250
                    never         | 552
                    later         | 452
                    """)
    void prdrEndsAsTheWholeDoes(String users, String codes) throws Exception {
        try (TestServer server = delivering().start();
                SmtpClient client = server.connect()) {
            List<String> wanted = List.of(codes.split(" ", -1));

            assertThat(replies(client, "EHLO", " PRDR", users, wanted.size()))
                    .extracting(reply -> reply.substring(0, 3))
                    .isEqualTo(wanted);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    stored one       | DENYSOFT | 250 452
                    stored one later | DENY     | 250 552 452
                    stored one       | DECLINED | 250 451
                    stored never one | OK       | 250 552 250
                    one two          | DENY     | 552 552
                    one two          | OK       | 250 250
                    never one        | DENYSOFT | 552 452
                    """)
    void lmtpTellsEach(String users, String answer, String codes) throws Exception {
        RcptHook takesAll = (transaction, recipient) -> HookResult.OK;
        QueueHook queue =
                transaction -> {
                    settle(transaction, true);
                    return HookResult.of(Action.valueOf(answer), "");
                };
        List<String> wanted = List.of(codes.split(" ", -1));
        try (TestServer server = lmtp(server().plugin("rcpt", takesAll).plugin("queue", queue));
                SmtpClient client = server.connect()) {
            assertThat(replies(client, "LHLO", "", users, wanted.size()))
                    .extracting(reply -> reply.substring(0, 3))
                    .isEqualTo(wanted);
            // Who was given the message does not get it again: nothing is said of that.
            assertThat(server.logLines()).noneMatch(line -> line.contains("brings the"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DATA_POST, DENY, 552",
        "QUEUE_PRE, DENYSOFT, 452",
        "DATA_POST, DENY_DISCONNECT, 552"
    })
    void lmtpTellsEachWhatIsSaidOfAll(HookPoint point, Action action, int code) throws Exception {
        try (TestServer server = lmtp(delivering())) {
            server.mockHook(point, HookResult.of(action, ""));
            try (SmtpClient client = server.connect()) {
                client.read();
                client.sendAll(
                        "LHLO client.test",
                        "MAIL FROM:<a@b.test>",
                        "RCPT TO:<one@example.com>",
                        "RCPT TO:<never@example.com>");

                assertThat(client.data("Subject: s\n\nbody\n").code()).isEqualTo(code);
                assertThat(client.read().code()).isEqualTo(552);
                assertThat(client.send("NOOP").isClosed()).isEqualTo(action.disconnects());
            }
        }
        assertThat(mailbox.messages()).isEmpty();
    }

    @Test
    void lmtpTellsEachWhatIsWrongWithTheMessage() throws Exception {
        try (TestServer server = lmtp(delivering().config("databytes", "10"));
                SmtpClient client = server.connect()) {
            assertThat(replies(client, "LHLO", "", "one two", 2))
                    .allMatch(reply -> reply.startsWith("552 5.3.4 "));
        }
    }

    @Test
    void lmtpAnswersChunksWithOneReplyUntilTheLast() throws Exception {
        try (TestServer server = lmtp(delivering());
                SmtpClient client = server.connect()) {
            client.read();
            client.sendAll(
                    "LHLO client.test",
                    "MAIL FROM:<a@b.test>",
                    "RCPT TO:<one@example.com>",
                    "RCPT TO:<never@example.com>");
            client.write("BDAT " + MESSAGE.length() + "\r\n" + MESSAGE);
            assertThat(client.read().code()).isEqualTo(250);

            client.write("BDAT 0 LAST\r\n");
            assertThat(client.read().code()).isEqualTo(250);
            assertThat(client.read().code()).isEqualTo(552);
            assertThat(client.send("NOOP").code()).isEqualTo(250);
        }
        assertThat(delivered()).containsExactly("one");
    }

    @Test
    void lmtpTellsEachWhyTheirMessageMayNotBegin() throws Exception {
        try (TestServer server = lmtp(delivering())) {
            server.mockHook(HookPoint.DATA, HookResult.deny("not now"));
            try (SmtpClient client = server.connect()) {
                client.read();
                client.sendAll(
                        "LHLO client.test",
                        "MAIL FROM:<a@b.test>",
                        "RCPT TO:<one@example.com>",
                        "RCPT TO:<two@example.com>");

                client.write("BDAT " + MESSAGE.length() + " LAST\r\n" + MESSAGE);
                assertThat(shown(client.read())).isEqualTo("554 5.7.1 <one@example.com> not now");
                assertThat(shown(client.read())).isEqualTo("554 5.7.1 <two@example.com> not now");
                assertThat(client.send("NOOP").code()).isEqualTo(250);
            }
        }
    }

    @Test
    void lmtpHasAGreetingOfItsOwn() throws Exception {
        try (TestServer server = lmtp(delivering())) {
            try (SmtpClient client = server.connect()) {
                client.read();
                assertThat(shown(client.send("EHLO client.test"))).startsWith("500 5.5.1 ");
                assertThat(shown(client.send("HELO client.test"))).startsWith("500 5.5.1 ");
                assertThat(client.send("LHLO").code()).isEqualTo(501);
                SmtpReply hello = client.send("LHLO client.test");
                assertThat(hello.lines())
                        .contains("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME")
                        .doesNotContain("PRDR");
                assertThat(client.send("HELP").text()).contains("LHLO").doesNotContain("EHLO");
                client.sendAll("MAIL FROM:<a@b.test>", "RCPT TO:<one@example.com>");
                assertThat(client.data("Subject: s\n\nbody\n").code()).isEqualTo(250);
            }
            assertThat(mailbox.messages().get(0).text()).contains(" with LMTP id ");
            server.setConfig("lmtp_ports");
            try (SmtpClient client = server.connect()) {
                client.read();
                assertThat(client.send("LHLO client.test").code()).isEqualTo(500);
                assertThat(client.send("EHLO client.test").code()).isEqualTo(250);
            }
        }
    }

    /** Puts x and y in the place of the first recipient. */
    private static final DataPostHook ALIAS =
            transaction -> {
                transaction.removeRecipient(transaction.recipients().get(0));
                for (String user : List.of("x", "y")) {
                    transaction.addRecipient(
                            Address.parse("<" + user + "@example.com>", AddressSyntax.STRICT)
                                    .orElseThrow());
                }
                return HookResult.DECLINED;
            };

    private static QueueHook refusingX(HookResult verdict) {
        return transaction -> {
            transaction.recipients().stream()
                    .filter(one -> one.address().user().equals("x"))
                    .forEach(one -> one.settle(verdict));
            return HookResult.OK;
        };
    }

    /** The client does not know of x: the message must come again for all of them. */
    @Test
    void nobodyIsLostOfWhomTheClientIsNotTold() throws Exception {
        RcptHook takesAll = (transaction, recipient) -> HookResult.OK;
        QueueHook queue = refusingX(HookResult.denySoft("come back"));
        try (TestServer server =
                TestServer.builder()
                        .plugin("alias", ALIAS)
                        .plugin("rcpt", takesAll)
                        .plugin("queue", queue)
                        .start()) {
            try (SmtpClient client = server.connect()) {
                assertThat(replies(client, "EHLO", " PRDR", "one two", 1))
                        .containsExactly("452 4.3.0 come back");
            }
            server.setConfig("lmtp_ports", Integer.toString(server.port()));
            try (SmtpClient client = server.connect()) {
                assertThat(replies(client, "LHLO", "", "one two", 2))
                        .allMatch(reply -> reply.startsWith("452 4.3.0 <"));
            }
        }
    }

    /** What the client asked for holds though a plugin gives the sender other parameters. */
    @Test
    void prdrOutlivesAChangeOfTheSender() throws Exception {
        DataPostHook changing =
                transaction -> {
                    transaction.setSender(transaction.sender(), Parameters.NONE);
                    return HookResult.DECLINED;
                };
        try (TestServer server = delivering().plugin("changing", changing).start();
                SmtpClient client = server.connect()) {
            assertThat(replies(client, "EHLO", " PRDR", "one later", 4))
                    .extracting(reply -> reply.substring(0, 3))
                    .containsExactly("353", "250", "452", "250");
        }
    }

    @Test
    void recipientsThatWereRemovedCountAsLongAsTheyAreKept() throws Exception {
        RcptHook removing =
                (transaction, recipient) -> {
                    transaction.recipients().forEach(transaction::removeRecipient);
                    return HookResult.OK;
                };
        try (TestServer server =
                        TestServer.builder()
                                .plugin("removing", removing)
                                .config("rcptmax", "100")
                                .start();
                SmtpClient client = server.connect()) {
            client.open("a@b.test", "u0@example.com");
            for (int i = 1; i < 100; i++) {
                assertThat(client.send("RCPT TO:<u" + i + "@example.com>").code()).isEqualTo(250);
            }
            assertThat(client.send("RCPT TO:<one@example.com>").code()).isEqualTo(452);
        }
    }

    /** A plugin puts others in the place of a recipient: the client is answered for its own. */
    @Test
    void eachMeansWhomTheClientNamed() throws Exception {
        try (TestServer server =
                        lmtp(TestServer.builder().plugin("alias", ALIAS).plugin("m", mailbox));
                SmtpClient client = server.connect()) {
            assertThat(replies(client, "LHLO", "", "one two", 2))
                    .extracting(reply -> reply.replaceAll(".*<(.*)@.*", "$1"))
                    .containsExactly("one", "two");
        }
        assertThat(delivered()).containsExactly("two", "x", "y");
    }

    @ParameterizedTest
    @CsvSource({"one never, 552", "one later, 452", "never later, 452", "one two, 250"})
    void strictRefusesForAll(String users, int code) throws Exception {
        try (TestServer server = delivering().config("mixed_verdict", "Strict").start();
                SmtpClient client = server.connect()) {
            assertThat(replies(client, "EHLO", "", users, 1).get(0)).startsWith(code + " ");
        }
        assertThat(delivered()).hasSize(code == 250 ? 2 : 0);
    }

    /** The class of a recipient is the letter that its user part begins with. */
    private static final UserConfigHook CLASSES =
            (address, name) ->
                    name.equals("recipient_class")
                            ? Optional.of(List.of(address.user().substring(0, 1)))
                            : Optional.empty();

    @Test
    void sortTakesRecipientsOfOneClass() throws Exception {
        try (TestServer server =
                        delivering()
                                .plugin("classes", CLASSES)
                                .config("mixed_verdict", "sort")
                                .start();
                SmtpClient client = server.connect()) {
            client.open("a@b.test", "one@example.com");
            assertThat(shown(client.send("RCPT TO:<never@example.com>"))).startsWith("452 4.5.3 ");
            assertThat(client.send("RCPT TO:<other@example.com>").code()).isEqualTo(250);
            assertThat(client.data("Subject: s\n\nbody\n").code()).isEqualTo(250);

            client.send("MAIL FROM:<a@b.test> PRDR");
            for (String user : Stream.of("one", "never").toList()) {
                assertThat(client.send("RCPT TO:<" + user + "@example.com>").code()).isEqualTo(250);
            }
        }
        assertThat(delivered()).containsExactly("one", "other");
    }
}
