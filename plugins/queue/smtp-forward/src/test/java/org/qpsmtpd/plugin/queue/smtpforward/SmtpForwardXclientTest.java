package org.qpsmtpd.plugin.queue.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertDeferred;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.message;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.ScriptedHop;

/** The flag xclient. */
final class SmtpForwardXclientTest {
    @RegisterExtension final Forwarding forwarding = new Forwarding();

    @Test
    void tellsTheNextHopWhoTheClientIs() throws Exception {
        ScriptedHop hop = forwarding.hop("XCLIENT NAME ADDR PORT HELO PROTO");
        FakeTransaction transaction = message();
        transaction.connection().withRemoteHost("mail.example.org").withEhlo("client+1");

        assertThat(forwarding.plugin(hop, "flags", "xclient").onQueue(transaction).action())
                .isEqualTo(Action.OK);
        assertThat(hop.commands())
                .startsWith(
                        "EHLO mx.example.com",
                        "XCLIENT NAME=mail.example.org ADDR=192.0.2.1 PORT=50000"
                                + " HELO=client+2B1 PROTO=ESMTP",
                        "EHLO [192.0.2.1]",
                        "MAIL FROM:<a@example.org>");
    }

    @Test
    void sendsOnlyTheAttributesOffered() throws Exception {
        ScriptedHop hop = forwarding.hop("XCLIENT NAME PROTO");
        FakeTransaction transaction = message();
        transaction.connection().withHelo("client.example.org");

        forwarding.plugin(hop, "flags", "XCLIENT").onQueue(transaction);

        assertThat(hop.commands())
                .contains("XCLIENT NAME=[UNAVAILABLE] PROTO=SMTP", "EHLO client.example.org");
    }

    @Test
    void marksAnIpv6Client() throws Exception {
        ScriptedHop hop = forwarding.hop("XCLIENT ADDR");
        FakeTransaction transaction =
                FakeTransaction.on(FakeConnection.from("2001:db8::1").withEhlo("c.example.org"))
                        .withRecipient("c@example.com");

        forwarding.plugin(hop, "flags", "xclient").onQueue(transaction);

        assertThat(hop.commands()).contains("XCLIENT ADDR=IPV6:2001:db8::1");
    }

    @Test
    void keepsXclientLinesShort() throws Exception {
        ScriptedHop hop = forwarding.hop("XCLIENT NAME ADDR HELO");
        FakeTransaction transaction = message();
        transaction.connection().withRemoteHost("n".repeat(255)).withEhlo("h".repeat(255));

        forwarding.plugin(hop, "flags", "xclient").onQueue(transaction);

        assertThat(hop.commands())
                .contains(
                        "XCLIENT NAME=" + "n".repeat(255) + " ADDR=192.0.2.1",
                        "XCLIENT HELO=" + "h".repeat(255));
    }

    @Test
    void defersWhenXclientIsNotOffered() throws Exception {
        assertDeferred(
                forwarding.plugin(forwarding.hop(), "flags", "xclient").onQueue(message()),
                "Server does not advertise XCLIENT support");
    }

    @Test
    void defersWhenXclientIsRefused() throws Exception {
        ScriptedHop hop = forwarding.hop("XCLIENT ADDR").answering("XCLIENT", "550 not you");

        assertDeferred(
                forwarding.plugin(hop, "flags", "xclient").onQueue(message()), "XCLIENT failed");
    }

    @Test
    void doesNotUseAConnectionForAnotherClient() throws Exception {
        ScriptedHop hop = forwarding.hop("XCLIENT ADDR");
        SmtpForwardPlugin plugin = forwarding.plugin(hop, "flags", "xclient");

        plugin.onQueue(message());
        plugin.onQueue(message());

        assertThat(hop.connections()).isEqualTo(2);
    }
}
