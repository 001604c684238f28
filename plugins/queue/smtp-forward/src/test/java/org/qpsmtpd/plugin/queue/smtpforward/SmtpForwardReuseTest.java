package org.qpsmtpd.plugin.queue.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertDeferred;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.message;
import static org.qpsmtpd.testkit.ScriptedHop.DROP;
import static org.qpsmtpd.testkit.ScriptedHop.SILENT;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.ScriptedHop;

/** Connections that are kept, that have gone, and that take too long. */
final class SmtpForwardReuseTest {
    @RegisterExtension final Forwarding forwarding = new Forwarding();

    @Test
    void defersWhenTheNextHopDoesNotAnswer() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("greeting", SILENT);

        assertDeferred(
                forwarding.plugin(hop, "timeoutSeconds", "1").onQueue(message()),
                "the next hop did not answer in time",
                "4.4.1");
    }

    @Test
    void waitsForTheAnswerToTheMessageUntilTheWholeTimeIsUp() throws Exception {
        ScriptedHop hop = forwarding.hop().answering(".", SILENT);

        assertDeferred(
                forwarding.plugin(hop, "maxSeconds", "1").onQueue(message()),
                "the next hop did not answer in time",
                "4.4.1");
        assertThat(hop.messages()).hasSize(1);
    }

    @Test
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
    void defersWhenTheNextHopDoesNotReadTheMessage() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("DATA", "354 go on" + SILENT);
        String line = "x".repeat(998) + "\r\n";

        assertDeferred(
                forwarding
                        .plugin(hop, "timeoutSeconds", "1")
                        .onQueue(message("Subject: x\r\n\r\n" + line.repeat(24_000))),
                "the next hop did not answer in time",
                "4.4.1");
    }

    @Test
    void usesAConnectionAgain() throws Exception {
        ScriptedHop hop = forwarding.hop();
        SmtpForwardPlugin plugin = forwarding.plugin(hop);

        assertThat(plugin.onQueue(message()).text()).isEqualTo("queued as Q1");
        assertThat(plugin.onQueue(message()).text()).isEqualTo("queued as Q2");

        assertThat(hop.connections()).isEqualTo(1);
        assertThat(hop.commands()).containsOnlyOnce("EHLO mx.example.com");
    }

    @Test
    void refusesNothingBecauseOfWhatTheNextHopOfferedBefore() throws Exception {
        ScriptedHop hop =
                forwarding.hop().answering("EHLO", "250-x\r\n250 SIZE 30", "250-x\r\n250 SIZE 90");
        SmtpForwardPlugin plugin = forwarding.plugin(hop);
        assertThat(plugin.onQueue(message()).action()).isEqualTo(Action.OK);

        HookResult result = plugin.onQueue(message("Subject: x\r\n\r\n" + "x".repeat(60) + "\r\n"));

        assertThat(result.action()).as(result.text()).isEqualTo(Action.OK);
        assertThat(hop.connections()).isEqualTo(2);
        assertThat(hop.awaitQuit()).isTrue();
    }

    @Test
    void defersWhatTheNextHopWouldHaveRefusedBeforeItWentDown() throws Exception {
        ScriptedHop hop = forwarding.hop("SIZE 30");
        SmtpForwardPlugin plugin = forwarding.plugin(hop);
        assertThat(plugin.onQueue(message()).action()).isEqualTo(Action.OK);
        hop.close();

        HookResult result = plugin.onQueue(message("Subject: x\r\n\r\n" + "x".repeat(60) + "\r\n"));

        assertDeferred(result, "cannot connect to the next hop", "4.4.1");
    }

    @Test
    void sendsNoMoreMessagesOverAConnectionThanTheNextHopTakes() throws Exception {
        ScriptedHop hop = forwarding.hop("LIMITS MAILMAX=2 RCPTMAX=100");
        SmtpForwardPlugin plugin = forwarding.plugin(hop);

        for (int i = 0; i < 4; i++) {
            assertThat(plugin.onQueue(message()).action()).isEqualTo(Action.OK);
        }

        assertThat(hop.connections()).isEqualTo(2);
    }

    @Test
    void usesAConnectionAgainAfterARefusal() throws Exception {
        ScriptedHop hop = forwarding.hop().answering(".", "554 5.7.1 no");
        SmtpForwardPlugin plugin = forwarding.plugin(hop);

        assertThat(plugin.onQueue(message()).action()).isEqualTo(Action.DENY);
        assertThat(plugin.onQueue(message()).action()).isEqualTo(Action.OK);

        assertThat(hop.connections()).isEqualTo(1);
    }

    @Test
    void closesAConnectionThatCannotBeReset() throws Exception {
        ScriptedHop hop =
                forwarding.hop().answering("RCPT", "550 no").answering("RSET", "500 what?");
        SmtpForwardPlugin plugin = forwarding.plugin(hop);

        assertThat(plugin.onQueue(message()).action()).isEqualTo(Action.DENY);
        assertThat(plugin.onQueue(message()).action()).isEqualTo(Action.OK);

        assertThat(hop.connections()).isEqualTo(2);
    }

    @Test
    void triesOnceMoreWhenAKeptConnectionHasGone() throws Exception {
        ScriptedHop hop = forwarding.hop("PIPELINING").answering("MAIL", "250 ok", DROP);
        SmtpForwardPlugin plugin = forwarding.plugin(hop);
        plugin.onQueue(message());

        assertThat(plugin.onQueue(message()).text()).isEqualTo("queued as Q2");

        assertThat(hop.connections()).isEqualTo(2);
        assertThat(hop.messages()).hasSize(2);
    }

    @Test
    void triesOnceMoreWhenAKeptConnectionIsClosedWith421() throws Exception {
        ScriptedHop hop =
                forwarding
                        .hop("PIPELINING")
                        .answering("MAIL", "250 ok", "421 idle too long" + DROP);
        SmtpForwardPlugin plugin = forwarding.plugin(hop);
        plugin.onQueue(message());

        assertThat(plugin.onQueue(message()).action()).isEqualTo(Action.OK);
        assertThat(hop.connections()).isEqualTo(2);
    }

    @Test
    void triesOnceMoreWhenAKeptConnectionGoesBeforeTheEndOfTheMessage() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("DATA", "354 go on", DROP);
        SmtpForwardPlugin plugin = forwarding.plugin(hop);
        plugin.onQueue(message());

        assertThat(plugin.onQueue(message()).text()).isEqualTo("queued as Q2");
        assertThat(hop.connections()).isEqualTo(2);
    }

    @Test
    void doesNotTryANewConnectionTwice() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("MAIL", DROP);

        assertDeferred(
                forwarding.plugin(hop).onQueue(message()),
                "the connection to the next hop was lost",
                "4.4.2");
        assertThat(hop.connections()).isEqualTo(1);
    }

    @Test
    void closesAConnectionAfterSoManyMessages() throws Exception {
        ScriptedHop hop = forwarding.hop();
        SmtpForwardPlugin plugin = forwarding.plugin(hop, "messagesPerConnection", "2");

        for (int i = 0; i < 3; i++) {
            plugin.onQueue(message());
        }

        assertThat(hop.connections()).isEqualTo(2);
        assertThat(hop.awaitQuit()).isTrue();
    }

    @Test
    void keepsNoConnectionWhenToldSo() throws Exception {
        ScriptedHop hop = forwarding.hop();
        SmtpForwardPlugin plugin = forwarding.plugin(hop, "idleConnections", "0");

        plugin.onQueue(message());
        plugin.onQueue(message());

        assertThat(hop.connections()).isEqualTo(2);
        assertThat(hop.awaitQuit()).isTrue();
        assertThat(hop.awaitQuit()).isTrue();
    }

    @Test
    void closesItsConnectionsWhenItEnds() throws Exception {
        ScriptedHop hop = forwarding.hop();
        SmtpForwardPlugin plugin = forwarding.plugin(hop);
        plugin.onQueue(message());

        plugin.close();

        assertThat(hop.awaitQuit()).isTrue();
        assertDeferred(plugin.onQueue(message()), "the server is being reconfigured");
    }
}
