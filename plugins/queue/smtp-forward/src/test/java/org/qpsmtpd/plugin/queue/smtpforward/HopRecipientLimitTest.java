package org.qpsmtpd.plugin.queue.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertPutOff;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.transaction;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.ScriptedHop;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** A next hop that takes only so many recipients of a message. */
final class HopRecipientLimitTest {
    private static final String TOO_MANY = "452 4.5.3 Too many recipients";

    @RegisterExtension final Forwarding forwarding = new Forwarding();

    private static FakeTransaction messageTo(int recipients) {
        FakeTransaction message = transaction().withSender("a@example.org");
        for (int i = 0; i < recipients; i++) {
            message.withRecipient("c" + i + "@example.com");
        }
        return message;
    }

    @Test
    void isLearntFromARefusalAndNobodyGetsTheMessage() throws Exception {
        ScriptedHop hop =
                forwarding
                        .hop("PIPELINING")
                        .answering("RCPT", "250 ok", "250 ok", TOO_MANY, TOO_MANY);
        SmtpForwardPlugin plugin = forwarding.plugin(hop);
        assertThat(plugin.mostRecipients()).isEqualTo(Integer.MAX_VALUE);

        HookResult result = plugin.onQueue(messageTo(4));

        assertPutOff(
                result,
                "the next hop takes 2 recipients at a time: 452 Too many recipients;"
                        + " the message was sent to nobody, try again (#4.5.3)");
        assertThat(hop.messages()).isEmpty();
        assertThat(plugin.mostRecipients()).isEqualTo(2);
        assertThat(plugin.onQueue(messageTo(2)).action()).isEqualTo(Action.OK);
    }

    @Test
    void isLearntFromWhatTheNextHopOffers() throws Exception {
        ScriptedHop hop = forwarding.hop("LIMITS MAILMAX=9 RCPTMAX=2");
        SmtpForwardPlugin plugin = forwarding.plugin(hop);

        HookResult result = plugin.onQueue(messageTo(3));

        assertPutOff(
                result,
                "the next hop takes 2 recipients at a time;"
                        + " the message was sent to nobody, try again (#4.5.3)");
        assertThat(plugin.mostRecipients()).isEqualTo(2);
        assertThat(hop.commands()).containsExactly("EHLO mx.example.com");
    }

    @Test
    void letsTheClientShareTheRecipientsOut() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("RCPT", "250 ok", "250 ok", TOO_MANY);
        RcptHook everybody = (transaction, recipient) -> HookResult.OK;
        try (TestServer server =
                        TestServer.builder()
                                .plugin("everybody", everybody)
                                .plugin("queue/smtp-forward", forwarding.plugin(hop))
                                .start();
                SmtpClient client = server.connect()) {
            client.read();
            client.sendAll("EHLO client.test", "MAIL FROM:<a@b.c>", "RCPT TO:<x@example.com>");
            client.sendAll("RCPT TO:<y@example.com>", "RCPT TO:<z@example.com>");
            assertThat(client.data("A: b\n\n").toString()).startsWith("452 4.5.3 ");

            client.sendAll("MAIL FROM:<a@b.c>", "RCPT TO:<x@example.com>");
            assertThat(client.send("RCPT TO:<y@example.com>").code()).isEqualTo(250);
            assertThat(client.send("RCPT TO:<z@example.com>").toString()).startsWith("452 4.5.3 ");
            assertThat(client.data("A: b\n\n").code()).isEqualTo(250);
            client.sendAll("MAIL FROM:<a@b.c>", "RCPT TO:<z@example.com>");
            assertThat(client.data("A: b\n\n").code()).isEqualTo(250);

            assertThat(client.send("EHLO client.test").lines()).contains("LIMITS RCPTMAX=2");
        }
        assertThat(hop.messages()).hasSize(2);
    }
}
