package org.qpsmtpd.plugin.queue.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertRefused;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.message;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.transaction;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.ScriptedHop;

/** What depends on what the next hop offers. */
final class SmtpForwardExtensionsTest {
    @RegisterExtension final Forwarding forwarding = new Forwarding();

    @Test
    void statesTheSize() throws Exception {
        ScriptedHop hop = forwarding.hop("SIZE 100000");

        forwarding.plugin(hop).onQueue(message());

        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org> SIZE=24");
    }

    @Test
    void refusesAMessageTooBigForTheNextHop() throws Exception {
        ScriptedHop hop = forwarding.hop("SIZE 23");

        HookResult result = forwarding.plugin(hop).onQueue(message());

        assertRefused(result, 552, "message of 24 octets is too big for the next hop (#5.3.4)");
        assertThat(hop.commands()).containsExactly("EHLO mx.example.com");
    }

    @Test
    void takesSizeZeroAsNoLimit() throws Exception {
        ScriptedHop hop = forwarding.hop("SIZE 0");

        assertThat(forwarding.plugin(hop).onQueue(message()).action()).isEqualTo(Action.OK);
    }

    @Test
    void declaresEightBitContent() throws Exception {
        ScriptedHop hop = forwarding.hop("8BITMIME");

        forwarding.plugin(hop).onQueue(eightBit());

        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org> BODY=8BITMIME");
        assertThat(hop.messages()).containsExactly("Subject: x\r\n\r\n\u00e4\r\n");
    }

    @Test
    void passesOnTheDeclarationOfTheClient() throws Exception {
        ScriptedHop hop = forwarding.hop("8BITMIME");

        forwarding.plugin(hop).onQueue(message().withParameter("BODY", "8BITMIME"));

        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org> BODY=8BITMIME");
    }

    @Test
    void doesNotDeclareSevenBitContent() throws Exception {
        ScriptedHop hop = forwarding.hop("8BITMIME");

        forwarding.plugin(hop).onQueue(message());

        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org>");
    }

    @Test
    void sendsEightBitContentAsItIsWithout8bitmime() throws Exception {
        ScriptedHop hop = forwarding.hop();

        HookResult result =
                forwarding.plugin(hop).onQueue(eightBit().withParameter("BODY", "8BITMIME"));

        assertThat(result.action()).isEqualTo(Action.OK);
        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org>");
        assertThat(hop.messages()).containsExactly("Subject: x\r\n\r\n\u00e4\r\n");
    }

    @Test
    void refusesEightBitContentWithout8bitmimeWhenStrict() throws Exception {
        ScriptedHop hop = forwarding.hop();

        HookResult result = forwarding.plugin(hop, "strictEightBit", "true").onQueue(eightBit());

        assertRefused(result, 554, "next hop does not take 8-bit messages (#5.6.3)");
        assertThat(hop.commands()).containsExactly("EHLO mx.example.com");
    }

    @Test
    void sendsUtf8AddressesWithSmtputf8() throws Exception {
        ScriptedHop hop = forwarding.hop("SMTPUTF8", "8BITMIME");

        forwarding
                .plugin(hop)
                .onQueue(
                        transaction()
                                .withSender("j\u00f6rg@example.org")
                                .withRecipient("\u00e4@example.com"));

        assertThat(hop.commands())
                .contains(
                        "MAIL FROM:<j\u00c3\u00b6rg@example.org> SMTPUTF8",
                        "RCPT TO:<\u00c3\u00a4@example.com>");
    }

    @Test
    void passesOnSmtputf8WhereTheMessageMayNeedIt() throws Exception {
        ScriptedHop hop = forwarding.hop("SMTPUTF8");
        SmtpForwardPlugin plugin = forwarding.plugin(hop);

        plugin.onQueue(message().withParameter("SMTPUTF8", ""));
        plugin.onQueue(eightBit().withParameter("SMTPUTF8", ""));

        assertThat(hop.commands())
                .contains("MAIL FROM:<a@example.org>", "MAIL FROM:<a@example.org> SMTPUTF8");
    }

    @Test
    void refusesAUtf8SenderWithoutSmtputf8() throws Exception {
        HookResult result =
                forwarding
                        .plugin(forwarding.hop())
                        .onQueue(
                                transaction()
                                        .withSender("j\u00f6rg@example.org")
                                        .withRecipient("c@example.com"));

        assertRefused(result, 550, "next hop does not take the sender <j?rg@example.org> (#5.6.7)");
    }

    @Test
    void refusesAUtf8RecipientWithoutSmtputf8() throws Exception {
        HookResult result =
                forwarding
                        .plugin(forwarding.hop())
                        .onQueue(message().withRecipient("\u00e4@example.com"));

        assertRefused(result, 553, "next hop does not take the recipient <?@example.com> (#5.6.7)");
    }

    @Test
    void refusesAUtf8MessageWithoutSmtputf8() throws Exception {
        HookResult result =
                forwarding
                        .plugin(forwarding.hop("8BITMIME"))
                        .onQueue(
                                message("A: b\r\nSubject: \u00c3\u00a4\r\n\r\nx\r\n")
                                        .withParameter("SMTPUTF8", ""));

        assertRefused(result, 554, "next hop does not take messages with UTF-8 headers (#5.6.9)");
    }

    @Test
    void sendsAMessageWithAnAsciiHeaderWithoutSmtputf8() throws Exception {
        ScriptedHop hop = forwarding.hop("8BITMIME");

        HookResult result =
                forwarding.plugin(hop).onQueue(eightBit().withParameter("SMTPUTF8", ""));

        assertThat(result.action()).as(result.text()).isEqualTo(Action.OK);
        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org> BODY=8BITMIME");
    }

    @Test
    void sendsAnAsciiMessageWithoutSmtputf8() throws Exception {
        ScriptedHop hop = forwarding.hop();

        HookResult result = forwarding.plugin(hop).onQueue(message().withParameter("SMTPUTF8", ""));

        assertThat(result.action()).isEqualTo(Action.OK);
        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org>");
    }

    @Test
    void passesOnDsnParameters() throws Exception {
        ScriptedHop hop = forwarding.hop("DSN");

        forwarding.plugin(hop).onQueue(withDsn());

        assertThat(hop.commands())
                .contains(
                        "MAIL FROM:<a@example.org> RET=HDRS ENVID=QQ314159",
                        "RCPT TO:<c@example.com> NOTIFY=FAILURE,DELAY"
                                + " ORCPT=rfc822;c@example.com");
    }

    @Test
    void leavesOutDsnParametersWithoutDsn() throws Exception {
        ScriptedHop hop = forwarding.hop();

        forwarding.plugin(hop).onQueue(withDsn());

        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org>", "RCPT TO:<c@example.com>");
    }

    private static FakeTransaction eightBit() {
        return message("Subject: x\r\n\r\n\u00e4\r\n");
    }

    private static FakeTransaction withDsn() {
        return transaction()
                .withSender("a@example.org")
                .withParameter("RET", "HDRS")
                .withParameter("ENVID", "QQ314159")
                .withRecipient(
                        FakeRecipient.of("c@example.com")
                                .withParameter("NOTIFY", "FAILURE,DELAY")
                                .withParameter("ORCPT", "rfc822;c@example.com"));
    }
}
