package org.qpsmtpd.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/** What the client reads, and who gets the message, when recipients have verdicts of their own. */
@Timeout(60)
class RecipientVerdictTest {
    private static final Map<String, HookResult> VERDICTS =
            Map.of(
                    "never", HookResult.deny("no such text here").because("fail: content"),
                    "later", HookResult.denySoft("come back"),
                    "stored", HookResult.ok("has it"));

    private final Mailbox mailbox = new Mailbox();

    /** Settles each recipient whose user part begins with the word of a verdict. */
    private static void settle(Transaction transaction) {
        for (Recipient recipient : transaction.recipients()) {
            String word = recipient.address().user().replaceAll("[0-9]", "");
            HookResult verdict = VERDICTS.get(word);
            if (verdict != null) {
                recipient.settle(verdict);
            }
        }
    }

    private static SmtpReply send(SmtpClient client, String users) throws Exception {
        List<String> all = Stream.of(users.split(" ")).map(user -> user + "@example.com").toList();
        client.open("a@b.test", all.get(0));
        for (String other : all.subList(1, all.size())) {
            client.send("RCPT TO:<" + other + ">");
        }
        return client.data("Subject: s\n\nbody\n");
    }

    private String delivered() {
        return mailbox.messages().stream()
                .flatMap(message -> message.recipients().stream())
                .map(recipient -> recipient.substring(1, recipient.indexOf('@')))
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
                    one two            | 250 | Queued            | one two
                    one never two      | 250 | Queued            | one two
                    never1 never2      | 552 | no such text here | -
                    one later          | 452 | come back         | -
                    never later        | 452 | come back         | -
                    """)
    void areTakenTogetherBeforeTheQueue(String users, int code, String text, String delivered)
            throws Exception {
        DataPostHook judge =
                transaction -> {
                    settle(transaction);
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                        TestServer.builder()
                                .plugin("judge", judge)
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            SmtpReply reply = send(client, users);

            assertThat(reply.code()).isEqualTo(code);
            assertThat(reply.text()).contains(text);
            assertThat(delivered()).isEqualTo(delivered == null ? "" : delivered);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
                    stored one         | DECLINED | 250 | Queued            | one
                    stored never one   | DECLINED | 250 | Queued            | one
                    stored1 stored2    | DECLINED | 250 | has it            | -
                    stored never       | DECLINED | 250 | has it            | -
                    never1 never2      | DECLINED | 552 | no such text here | -
                    stored later       | DECLINED | 452 | come back         | -
                    stored one         | DENY     | 250 | has it            | -
                    stored one         | DENYSOFT | 452 | Message denied    | -
                    stored one         | OK       | 250 | Queued            | -
                    never later        | OK       | 452 | come back         | -
                    """)
    void areTakenTogetherByTheQueue(
            String users, String answer, int code, String text, String delivered) throws Exception {
        QueueHook first =
                transaction -> {
                    settle(transaction);
                    return HookResult.of(org.qpsmtpd.api.answer.Action.valueOf(answer), "");
                };
        try (TestServer server =
                        TestServer.builder()
                                .plugin("first", first)
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            SmtpReply reply = send(client, users);

            assertThat(reply.code()).isEqualTo(code);
            assertThat(reply.text()).contains(text);
            assertThat(delivered()).isEqualTo(delivered == null ? "" : delivered);
            boolean again = server.logLines().stream().anyMatch(l -> l.contains("brings the"));
            assertThat(again).isEqualTo(users.startsWith("stored") && code == 452);
        }
    }

    @Test
    void areInTheLogAndInTheRecord() throws Exception {
        DataPostHook judge =
                transaction -> {
                    settle(transaction);
                    transaction.quarantine("odd\nattachment");
                    return HookResult.DECLINED;
                };
        QueueHook watcher =
                transaction -> {
                    assertThat(transaction.quarantineReasons()).containsExactly("odd attachment");
                    assertThat(transaction.settledRecipients()).hasSize(1);
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                TestServer.builder()
                        .plugin("judge", judge)
                        .plugin("watcher", watcher)
                        .plugin("mailbox", mailbox)
                        .start()) {
            try (SmtpClient client = server.connect()) {
                assertThat(send(client, "never one").code()).isEqualTo(250);
                client.send("QUIT");
            }
            server.awaitLog("quarantine: odd attachment");
            server.awaitLog("DENY for <never@example.com>: no such text here");
            while (server.records().isEmpty()) {
                Thread.onSpinWait();
            }
            SessionRecord record = server.records().get(0);
            assertThat(record.messages().get(0).recipientCount()).isEqualTo(2);
            assertThat(record.decisions())
                    .filteredOn(decision -> decision.plugin().equals("judge"))
                    .extracting(Decision::answer, Decision::text, Decision::reason)
                    .contains(
                            org.assertj.core.api.Assertions.tuple(
                                    "DENY",
                                    "for <never@example.com>: no such text here",
                                    "fail: content"),
                            org.assertj.core.api.Assertions.tuple(
                                    "quarantine", "", "odd attachment"));
        }
    }

    @Test
    void areRefusedWhereNothingCanBeSettled() throws Exception {
        DataPostHook judge =
                transaction -> {
                    transaction.recipients().get(0).settle(HookResult.OK);
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                        TestServer.builder()
                                .plugin("judge", judge)
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            // Nothing is stored yet, so the plugin has failed, and a decider's failure defers.
            assertThat(send(client, "one").code()).isEqualTo(452);
            server.awaitLog("is settled with OK in the hook queue only");
        }
    }
}
