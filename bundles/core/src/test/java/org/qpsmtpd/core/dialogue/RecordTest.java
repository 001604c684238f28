package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** What the record of a session tells of the plugins' answers and of its messages. */
@Timeout(60)
class RecordTest {
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        MailHook judge =
                (transaction, sender, parameters) ->
                        sender.host().equals("spam.test")
                                ? HookResult.deny("no spam").because("fail: listed")
                                : HookResult.pass("not listed");
        RcptHook broken =
                (transaction, recipient) -> {
                    if (recipient.address().user().equals("broken")) {
                        throw new IllegalStateException("out of order");
                    }
                    return HookResult.later(
                            CompletableFuture.completedFuture(HookResult.pass("checked")));
                };
        server =
                TestServer.builder()
                        .plugin("judge", judge)
                        .plugin("broken", broken)
                        .plugin("mailbox", new Mailbox())
                        .start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    /** The record, which is kept when the last hook of the session has run. */
    private SessionRecord onlyRecord() {
        while (server.records().isEmpty()) {
            Thread.onSpinWait();
        }
        return server.records().get(0);
    }

    private static List<Decision> of(SessionRecord record, String plugin) {
        return record.decisions().stream()
                .filter(decision -> decision.plugin().equals(plugin))
                .toList();
    }

    @Test
    void explainsAnAcceptedMessage() throws Exception {
        try (SmtpClient client = server.connect()) {
            client.open("a@good.test", "b@example.com");
            client.data("Subject: x\n\ny\n");
            client.send("QUIT");
        }

        SessionRecord record = onlyRecord();

        assertThat(record.over()).isTrue();
        assertThat(record.messages()).hasSize(1);
        MessageRecord message = record.messages().get(0);
        assertThat(message.sender()).isEqualTo("a@good.test");
        assertThat(message.recipients()).containsExactly("b@example.com");
        assertThat(message.octets()).isPositive();
        assertThat(message.outcome()).startsWith("250 ");
        assertThat(of(record, "judge"))
                .extracting(Decision::messageId, Decision::hook, Decision::answer, Decision::reason)
                .containsExactly(tuple(message.id(), "mail", "DECLINED", "pass: not listed"));
        assertThat(of(record, "broken"))
                .extracting(Decision::answer, Decision::reason)
                .containsExactly(tuple("DECLINED", "pass: checked"));
        assertThat(of(record, "mailbox")).extracting(Decision::hook).contains("queue");
    }

    @Test
    void explainsRefusals() throws Exception {
        try (SmtpClient client = server.connect()) {
            client.open("a@spam.test", "b@example.com");
            client.send("RSET");
            client.send("MAIL FROM:<a@good.test>");
            client.send("RCPT TO:<broken@example.com>");
            client.send("QUIT");
        }

        SessionRecord record = onlyRecord();

        assertThat(of(record, "judge").get(0))
                .extracting(Decision::answer, Decision::text, Decision::reason)
                .containsExactly("DENY", "no spam", "fail: listed");
        assertThat(of(record, "broken").get(0).answer()).isEqualTo("error");
        assertThat(of(record, "broken").get(0).reason()).contains("out of order");
        assertThat(of(record, ""))
                .extracting(Decision::answer, Decision::text)
                .contains(tuple("reply", "550 5.7.1 no spam"));
    }
}
