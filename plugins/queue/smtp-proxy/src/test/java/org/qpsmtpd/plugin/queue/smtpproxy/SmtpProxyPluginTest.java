package org.qpsmtpd.plugin.queue.smtpproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qpsmtpd.testkit.ScriptedHop.DROP;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.ScriptedHop;
import org.qpsmtpd.testkit.SmtpClient;

/** What the client and the next hop hear of each other. */
@Timeout(60)
final class SmtpProxyPluginTest {
    private static final String MAIL = "MAIL FROM:<a@example.org>";
    private static final String RCPT = "RCPT TO:<c@example.com>";
    private static final String TEXT = "Subject: test\n\nHello\n.dot\n";

    @RegisterExtension final Bridged bridged = new Bridged();

    @Test
    void handsTheEnvelopeOnWhileTheClientGivesIt() throws Exception {
        ScriptedHop hop = bridged.hop();
        SmtpClient client = bridged.client(hop);

        assertThat(client.send(MAIL).code()).isEqualTo(250);
        assertThat(hop.commands()).containsExactly("EHLO mx.example.org", MAIL);
        assertThat(client.send(RCPT).code()).isEqualTo(250);
        assertThat(hop.commands()).endsWith(MAIL, RCPT);
        assertThat(client.data(TEXT).toString()).isEqualTo("250 2.0.0 Ok: queued as Q1");

        assertThat(hop.commands()).containsExactly("EHLO mx.example.org", MAIL, RCPT, "DATA");
        assertThat(hop.messages())
                .singleElement()
                .asString()
                .contains("Received: from ")
                .endsWith("Hello\r\n..dot\r\n");
    }

    @Test
    void tellsTheClientWhatTheNextHopRefuses() throws Exception {
        ScriptedHop hop =
                bridged.hop()
                        .answering("MAIL", "553 5.1.8 who is that?", "250 2.1.0 Ok")
                        .answering("RCPT", "450 4.2.1 full", "551-5.1.6 gone\r\n551 5.1.6 to x@y.z")
                        .answering(".", "554 5.6.0 no such thing here");
        SmtpClient client = bridged.client(hop);

        assertThat(client.send(MAIL).toString()).isEqualTo("553 5.1.8 who is that? (#5.1.8)");
        assertThat(client.send(MAIL).code()).isEqualTo(250);
        assertThat(client.send("RCPT TO:<b@example.com>").toString())
                .isEqualTo("450 4.2.1 full (#4.2.1)");
        assertThat(client.send("RCPT TO:<d@example.com>").lines())
                .containsExactly("5.1.6 gone", "5.1.6 to x@y.z (#5.1.6)");
        assertThat(client.send(RCPT).code()).isEqualTo(250);
        assertThat(client.data(TEXT).toString()).isEqualTo("554 5.6.0 no such thing here (#5.6.0)");
        assertThat(hop.connections()).isEqualTo(1);
    }

    @Test
    void tellsTheClientWhatTheNextHopSaysOfData() throws Exception {
        ScriptedHop hop = bridged.hop().answering("DATA", "452 4.3.1 no room");
        SmtpClient client = bridged.client(hop);

        client.send(MAIL);
        client.send(RCPT);

        assertThat(client.data(TEXT).toString()).isEqualTo("452 4.3.1 no room (#4.3.1)");
        assertThat(hop.commands()).endsWith("DATA", "RSET");
    }

    @Test
    void givesPermissionToRelayToNobodyUnlessToldSo() throws Exception {
        SmtpClient client = bridged.client(bridged.hop(), "found", "pass");

        client.send(MAIL);

        assertThat(client.send(RCPT).toString())
                .isEqualTo("450 4.7.1 No plugin decided if relaying is allowed");
    }

    @Test
    void tellsTheNextHopOfAcceptedRecipientsOnly() throws Exception {
        ScriptedHop hop = bridged.hop().answering("RCPT", "250 2.1.5 welcome here");
        RcptHook another =
                (transaction, recipient) ->
                        recipient.address().user().equals("c")
                                ? HookResult.OK
                                : HookResult.deny("not you");
        SmtpClient client = bridged.client(another, bridged.plugin(hop, "found", "pass"));

        client.send(MAIL);
        assertThat(client.send("RCPT TO:<b@example.com>").code()).isEqualTo(550);
        assertThat(client.send(RCPT).toString()).isEqualTo("250 2.1.5 welcome here (#2.1.5)");

        assertThat(client.data(TEXT).code()).isEqualTo(250);
        assertThat(hop.commands()).containsExactly("EHLO mx.example.org", MAIL, RCPT, "DATA");
    }

    @Test
    void asksOfEachRecipientOnce() throws Exception {
        ScriptedHop hop = bridged.hop();
        SmtpClient client = bridged.client(hop, "found", "ok");

        client.send(MAIL);
        client.send(RCPT);

        assertThat(hop.commands()).containsExactly("EHLO mx.example.org", MAIL, RCPT);
    }

    @Test
    void saysTheEnvelopeAgainWhenAnotherPluginAddsToIt() throws Exception {
        ScriptedHop hop = bridged.hop();
        DataPostHook another =
                transaction -> {
                    transaction.addRecipient(new Address("d", "example.com"));
                    return HookResult.DECLINED;
                };
        SmtpClient client = bridged.client(bridged.plugin(hop), another);

        client.send(MAIL);
        client.send(RCPT);

        assertThat(client.data(TEXT).code()).isEqualTo(250);
        assertThat(hop.commands()).endsWith("RSET", MAIL, RCPT, "RCPT TO:<d@example.com>", "DATA");
    }

    @Test
    void dropsWhatAnotherPluginRefuses() throws Exception {
        ScriptedHop hop = bridged.hop();
        DataPostHook another = transaction -> HookResult.deny("no");
        SmtpClient client = bridged.client(bridged.plugin(hop), another);

        client.send(MAIL);
        client.send(RCPT);

        assertThat(client.data(TEXT).code()).isEqualTo(552);
        assertThat(hop.commands()).endsWith(RCPT, "RSET");
        assertThat(hop.messages()).isEmpty();
    }

    @Test
    void dropsTheEnvelopeWithTheTransaction() throws Exception {
        ScriptedHop hop = bridged.hop();
        SmtpClient client = bridged.client(hop);

        client.send(MAIL);
        client.send("RSET");
        client.send(MAIL);
        client.send(RCPT);
        client.send(MAIL);

        assertThat(hop.commands())
                .containsExactly("EHLO mx.example.org", MAIL, "RSET", MAIL, RCPT, "RSET", MAIL);
        assertThat(hop.connections()).isEqualTo(1);
    }

    @Test
    void saysTheEnvelopeAgainWhenTheConnectionHasGone() throws Exception {
        ScriptedHop hop = bridged.hop().answering("RCPT", "250 2.1.5 Ok" + DROP);
        SmtpClient client = bridged.client(hop);

        client.send(MAIL);
        client.send(RCPT);
        assertThat(client.send("RCPT TO:<d@example.com>").code()).isEqualTo(250);

        assertThat(client.data(TEXT).code()).isEqualTo(250);
        assertThat(hop.connections()).isEqualTo(2);
        assertThat(hop.messages()).hasSize(1);
        assertThat(hop.commands()).endsWith(MAIL, RCPT, "RCPT TO:<d@example.com>", "DATA");
    }

    @Test
    void saysTheEnvelopeAgainBeforeTheMessage() throws Exception {
        ScriptedHop hop = bridged.hop().answering("DATA", DROP);
        SmtpClient client = bridged.client(hop);

        client.send(MAIL);
        client.send(RCPT);

        assertThat(client.data(TEXT).code()).isEqualTo(250);
        assertThat(hop.connections()).isEqualTo(2);
        assertThat(hop.messages()).hasSize(1);
    }

    @Test
    void neverSendsAMessageAgainWhoseEndWasSent() throws Exception {
        ScriptedHop hop = bridged.hop().answering(".", DROP);
        SmtpClient client = bridged.client(hop);

        client.send(MAIL);
        client.send(RCPT);

        assertThat(client.data(TEXT).toString())
                .startsWith("451 4.4.2 Unable to queue message (the connection");
        assertThat(hop.connections()).isEqualTo(1);
        assertThat(hop.messages()).hasSize(1);
    }

    @Test
    void passesOnWhatTheNextHopOffers() throws Exception {
        ScriptedHop hop = bridged.hop("SIZE 1000", "8BITMIME", "DSN", "MT-PRIORITY");
        SmtpClient client = bridged.client(hop);
        client.send(MAIL);

        assertThat(client.send("EHLO x.org").text()).contains("DSN", "MT-PRIORITY");
        client.send(MAIL + " SIZE=100 BODY=8BITMIME RET=HDRS ENVID=x MT-PRIORITY=3");
        client.send(RCPT + " NOTIFY=NEVER");

        assertThat(hop.commands())
                .endsWith(
                        MAIL + " SIZE=100 BODY=8BITMIME RET=HDRS ENVID=x MT-PRIORITY=3",
                        RCPT + " NOTIFY=NEVER");
        assertThat(client.data(TEXT).code()).isEqualTo(250);
        assertThat(hop.commands()).endsWith(RCPT + " NOTIFY=NEVER", "DATA");
    }

    @Test
    void sendsChunksWhereTheyAreTaken() throws Exception {
        ScriptedHop hop = bridged.hop("CHUNKING");
        SmtpClient client = bridged.client(hop);

        client.send(MAIL);
        client.send(RCPT);

        assertThat(client.data(TEXT).toString()).isEqualTo("250 2.0.0 Ok: queued as Q1");
        assertThat(hop.messages())
                .singleElement()
                .asString()
                .contains("Received: from ")
                .endsWith("Hello\r\n.dot\r\n");
        assertThat(hop.commands()).doesNotContain("DATA");
    }

    @Test
    void namesAMissingHostAndAWrongWord() {
        assertThatThrownBy(() -> plugin(Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("host is missing: queue/smtp-proxy needs HOST [PORT] [xclient]");
        assertThatThrownBy(() -> plugin(Map.of("host", "x", "found", "maybe")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found");
    }

    private static SmtpProxyPlugin plugin(Map<String, ?> settings) {
        return new SmtpProxyPlugin(Configs.config(SmtpProxyConfig.class, settings));
    }
}
