package org.qpsmtpd.plugin.queue.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.MESSAGE;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertRefused;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.config;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.message;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.transaction;
import static org.qpsmtpd.testkit.ScriptedHop.HOLD;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.ScriptedHop;

/** The message as sent, what is never sent, and the settings. */
final class SmtpForwardPluginTest {
    @RegisterExtension final Forwarding forwarding = new Forwarding();

    @Test
    void forwardsTheMessageAndNamesTheQueueId() throws Exception {
        ScriptedHop hop = forwarding.hop();
        SmtpForwardPlugin plugin = forwarding.plugin(hop);

        HookResult result = plugin.onQueue(message());

        assertThat(result.action()).isEqualTo(Action.OK);
        assertThat(result.text()).isEqualTo("queued as Q1");
        assertThat(result.reason()).isEqualTo("pass: 127.0.0.1:" + hop.port() + ": queued as Q1");
        assertThat(hop.commands())
                .containsExactly(
                        "EHLO mx.example.com",
                        "MAIL FROM:<a@example.org>",
                        "RCPT TO:<c@example.com>",
                        "DATA");
        assertThat(hop.messages()).containsExactly(MESSAGE);
    }

    @Test
    void takesTheLastWordOfAReplyWithSeveralLines() throws Exception {
        ScriptedHop hop =
                forwarding.hop().answering(".", "250-2.0.0 thank you\r\n250 2.0.0 id=4XyZ");

        assertThat(forwarding.plugin(hop).onQueue(message()).text()).isEqualTo("queued as id=4XyZ");
    }

    @Test
    void sendsTheNullSender() throws Exception {
        ScriptedHop hop = forwarding.hop();

        forwarding.plugin(hop).onQueue(transaction().withSender("").withRecipient("c@example.com"));

        assertThat(hop.commands()).contains("MAIL FROM:<>");
    }

    @Test
    void sendsARecipientWithoutHost() throws Exception {
        ScriptedHop hop = forwarding.hop();

        forwarding.plugin(hop).onQueue(transaction().withRecipient("postmaster"));

        assertThat(hop.commands()).contains("RCPT TO:<postmaster>");
    }

    @Test
    void keepsTheCaseOfAddresses() throws Exception {
        ScriptedHop hop = forwarding.hop();

        forwarding.plugin(hop).onQueue(transaction().withRecipient("User@Example.COM"));

        assertThat(hop.commands()).contains("RCPT TO:<User@Example.COM>");
    }

    @Test
    void quotesALocalPartThatNeedsIt() throws Exception {
        ScriptedHop hop = forwarding.hop();

        forwarding.plugin(hop).onQueue(transaction().withRecipient("a b@example.com"));

        assertThat(hop.commands()).contains("RCPT TO:<\"a\\ b\"@example.com>");
    }

    @Test
    void addsDotsToLinesThatBeginWithOne() throws Exception {
        ScriptedHop hop = forwarding.hop();

        forwarding.plugin(hop).onQueue(message("Subject: x\r\n\r\n.\r\n..\r\n.a\r\na.\r\n"));

        assertThat(hop.messages()).containsExactly("Subject: x\r\n\r\n..\r\n...\r\n..a\r\na.\r\n");
    }

    @Test
    void endsALastLineWithoutEnd() throws Exception {
        ScriptedHop hop = forwarding.hop("SIZE");

        forwarding.plugin(hop).onQueue(message("Subject: x\r\n\r\nHello"));

        assertThat(hop.messages()).containsExactly("Subject: x\r\n\r\nHello\r\n");
        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org> SIZE=21");
    }

    @Test
    void greetsWithItsAddressWhenMeIsMissing() throws Exception {
        ScriptedHop hop = forwarding.hop();
        FakeTransaction transaction = message();
        transaction.connection().config().delete("me");

        forwarding.plugin(hop).onQueue(transaction);

        assertThat(hop.commands()).contains("EHLO [127.0.0.1]");
    }

    @Test
    void saysHeloWhenEhloIsNotKnown() throws Exception {
        ScriptedHop hop = forwarding.hop("PIPELINING", "SIZE").answering("EHLO", "502 5.5.1 what?");

        assertThat(forwarding.plugin(hop).onQueue(message()).action()).isEqualTo(Action.OK);
        assertThat(hop.commands())
                .startsWith("EHLO mx.example.com", "HELO mx.example.com")
                .contains("MAIL FROM:<a@example.org>");
    }

    @Test
    void pipelinesWhenOffered() throws Exception {
        ScriptedHop hop = forwarding.hop("PIPELINING").answering("MAIL", "250 ok" + HOLD);

        assertThat(forwarding.plugin(hop).onQueue(message()).action()).isEqualTo(Action.OK);
    }

    @Test
    void doesNotPipelineWhenNotOffered() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("MAIL", "250 ok" + HOLD);

        HookResult result = forwarding.plugin(hop, "timeoutSeconds", "1").onQueue(message());

        assertThat(result.text())
                .isEqualTo(
                        "Unable to queue message (the next hop did not answer in time)"
                                + " (#4.4.1)");
        assertThat(hop.commands()).noneMatch(line -> line.startsWith("RCPT"));
    }

    @Test
    void pipelinesManyRecipientsInGroups() throws Exception {
        ScriptedHop hop = forwarding.hop("PIPELINING");
        FakeTransaction transaction = transaction();
        for (int i = 0; i < 120; i++) {
            transaction.withRecipient("user" + i + "@example.com");
        }

        assertThat(forwarding.plugin(hop).onQueue(transaction).action()).isEqualTo(Action.OK);
        assertThat(hop.commands()).hasSize(123).contains("RCPT TO:<user119@example.com>");
    }

    @Test
    void refusesABareLfWithoutConnecting() throws Exception {
        ScriptedHop hop = forwarding.hop();

        HookResult result =
                forwarding
                        .plugin(hop)
                        .onQueue(message("Subject: x\r\n\r\na\n.\r\nMAIL FROM:<e@evil.test>"));

        assertRefused(result, 554, "message has a CR or LF that is not part of CRLF (#5.6.0)");
        assertThat(hop.connections()).isZero();
    }

    @Test
    void refusesABareCrWithoutConnecting() throws Exception {
        ScriptedHop hop = forwarding.hop();

        HookResult result = forwarding.plugin(hop).onQueue(message("Subject: x\r\n\r\na\r.\r\n"));

        assertRefused(result, 554, "message has a CR or LF that is not part of CRLF (#5.6.0)");
        assertThat(hop.connections()).isZero();
    }

    @Test
    void refusesLineEndsInParameters() throws Exception {
        ScriptedHop hop = forwarding.hop("DSN");

        HookResult result =
                forwarding
                        .plugin(hop)
                        .onQueue(message().withParameter("ENVID", "x\r\nRCPT TO:<e@evil.test>"));

        assertRefused(result, 553, "control character or space in the envelope (#5.1.3)");
        assertThat(hop.connections()).isZero();
    }

    @Test
    void refusesSpacesInParametersOfRecipients() throws Exception {
        ScriptedHop hop = forwarding.hop("DSN");
        FakeRecipient recipient =
                FakeRecipient.of("c@example.com").withParameter("ORCPT", "rfc822;c NOTIFY=NEVER");

        HookResult result = forwarding.plugin(hop).onQueue(transaction().withRecipient(recipient));

        assertRefused(result, 553, "control character or space in the envelope (#5.1.3)");
        assertThat(hop.connections()).isZero();
    }

    @Test
    void hasTheDocumentedDefaults() {
        SmtpForwardConfig config = Configs.config(SmtpForwardConfig.class);

        assertThat(config.host()).isEmpty();
        assertThat(config.port()).isEqualTo(25);
        assertThat(config.flags()).isEmpty();
        assertThat(config.tls()).isEqualTo("may");
        assertThat(config.caFile()).isEmpty();
        assertThat(config.timeoutSeconds()).isEqualTo(60);
        assertThat(config.maxSeconds()).isEqualTo(240);
        assertThat(config.idleConnections()).isEqualTo(16);
        assertThat(config.idleSeconds()).isEqualTo(30);
        assertThat(config.messagesPerConnection()).isEqualTo(100);
        assertThat(config.strictEightBit()).isFalse();
    }

    @Test
    void namesWhatIsWrongWithASetting() {
        assertWrong(Map.of(), "host is missing: queue/smtp-forward needs HOST [PORT] [xclient]");
        assertWrong(Map.of("host", "a b"), "host 'a b' is neither a host name nor an address");
        assertWrong(Map.of("host", "mx", "flags", "xforward"), "flag 'xforward' is not xclient");
        assertWrong(
                Map.of("host", "mx", "tls", "yes"),
                "tls 'yes' is not one of none, may, encrypt, verify, dane");
        assertWrong(
                Map.of("host", "mx", "caFile", "ca.pem"), "caFile is used with tls verify only");
    }

    private static void assertWrong(Map<String, ?> settings, String text) {
        assertThatThrownBy(() -> new SmtpForwardPlugin(config(settings), new FakeResolver()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(text);
    }
}
