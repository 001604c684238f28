package org.qpsmtpd.plugin.queue.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qpsmtpd.api.hook.QueueExtension.DELIVERBY;
import static org.qpsmtpd.api.hook.QueueExtension.DSN;
import static org.qpsmtpd.api.hook.QueueExtension.MT_PRIORITY;
import static org.qpsmtpd.api.hook.QueueExtension.REQUIRETLS;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertQueued;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertRefused;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.message;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.ScriptedHop;
import org.qpsmtpd.testkit.TestCertificate;

/** What can be promised to clients, and what becomes of it. */
final class SmtpForwardHonoursTest {
    private static final String NO_TLS = "REQUIRETLS support required (#5.7.30)";
    private static TestCertificate certificate;

    @RegisterExtension final Forwarding forwarding = new Forwarding();

    @BeforeAll
    static void makeCertificate(@TempDir Path directory) throws Exception {
        certificate = TestCertificate.in(directory);
    }

    @Test
    void promisesWhatTheNextHopWasHeardToOffer() throws Exception {
        ScriptedHop hop = forwarding.hop("DSN", "MT-PRIORITY", "DELIVERBY 60", "REQUIRETLS");
        SmtpForwardPlugin plugin = forwarding.plugin(hop);

        assertThat(plugin.honours()).isEmpty();
        plugin.onQueue(message());

        assertThat(plugin.honours()).containsExactlyInAnyOrder(DSN, MT_PRIORITY, DELIVERBY);
    }

    @Test
    void promisesWhatAllNextHopsOffer() throws Exception {
        ScriptedHop first = forwarding.hop("DSN", "MT-PRIORITY");
        ScriptedHop second = forwarding.hop("DSN");
        SmtpForwardPlugin plugin =
                forwarding.plugin(
                        Map.of(
                                "host",
                                "127.0.0.1:" + first.port() + ",127.0.0.1:" + second.port(),
                                "balance",
                                "round_robin"));

        plugin.onQueue(message());
        assertThat(plugin.honours()).isEmpty();
        plugin.onQueue(message());

        assertThat(plugin.honours()).containsExactly(DSN);
    }

    @Test
    void passesOnPriorityAndTheTimeThatIsLeft() throws Exception {
        ScriptedHop hop = forwarding.hop("MT-PRIORITY", "DELIVERBY");
        FakeTransaction message =
                message()
                        .withParameter("MT-PRIORITY", "-4")
                        .withParameter("BY", "120;RT")
                        .withAge(Duration.ofSeconds(50));

        assertQueued(forwarding.plugin(hop).onQueue(message));

        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org> BY=70;RT MT-PRIORITY=-4");
    }

    @Test
    void tellsThatAMessageIsLateAlready() throws Exception {
        ScriptedHop hop = forwarding.hop("DELIVERBY");

        assertQueued(
                forwarding
                        .plugin(hop)
                        .onQueue(
                                message()
                                        .withParameter("BY", "5;N")
                                        .withAge(Duration.ofSeconds(60))));

        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org> BY=-55;N");
    }

    @Test
    void refusesWhatWouldComeBackAsLate() throws Exception {
        ScriptedHop hop = forwarding.hop("DELIVERBY 60");
        SmtpForwardPlugin plugin = forwarding.plugin(hop);
        String over = "the time to deliver the message in is over (#5.4.7)";

        assertRefused(
                plugin.onQueue(
                        message().withParameter("BY", "10;R").withAge(Duration.ofSeconds(11))),
                550,
                over);
        assertRefused(plugin.onQueue(message().withParameter("BY", "59;R")), 550, over);
        assertQueued(plugin.onQueue(message().withParameter("BY", "60;R")));
        assertThat(hop.messages()).hasSize(1);
    }

    @Test
    void leavesOutWhatIsNotOfferedUnlessItWasPromised() throws Exception {
        ScriptedHop hop = forwarding.hop();
        SmtpForwardPlugin plugin = forwarding.plugin(hop);

        assertQueued(
                plugin.onQueue(
                        message().withParameter("BY", "9;N").withParameter("MT-PRIORITY", "9")));
        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org>");
        assertRefused(
                plugin.onQueue(message().withParameter("BY", "999;R")),
                550,
                "next hop does not promise to deliver in time (#5.3.3)");
    }

    @Test
    void requiresTlsOfThoseWhoOfferItUnderVerifiedTls() throws Exception {
        ScriptedHop hop = forwarding.hop("STARTTLS", "REQUIRETLS").withTls(certificate.context());
        SmtpForwardPlugin plugin = verifying(hop);

        assertQueued(plugin.onQueue(requiringTls()));

        assertThat(hop.commands()).contains("tls MAIL FROM:<a@example.org> REQUIRETLS");
        assertThat(plugin.honours()).containsExactly(REQUIRETLS);
    }

    @Test
    void sendsNothingToThoseWhoDoNotOfferIt() throws Exception {
        ScriptedHop hop = forwarding.hop("STARTTLS").withTls(certificate.context());

        assertRefused(verifying(hop).onQueue(requiringTls()), 550, NO_TLS);
        assertThat(hop.commands()).endsWith("tls EHLO mx.example.com");
    }

    @Test
    void sendsNothingInClearOrToWhoMayBeAnother() throws Exception {
        ScriptedHop clear = forwarding.hop("REQUIRETLS");
        ScriptedHop unknown =
                forwarding.hop("STARTTLS", "REQUIRETLS").withTls(certificate.context());

        assertRefused(forwarding.plugin(clear).onQueue(requiringTls()), 550, NO_TLS);
        assertRefused(
                forwarding.plugin(unknown, "tls", "encrypt").onQueue(requiringTls()), 550, NO_TLS);

        assertThat(clear.commands()).containsExactly("EHLO mx.example.com");
        assertThat(unknown.commands()).endsWith("tls EHLO mx.example.com");
    }

    @Test
    void sendsTheMessageInChunksWhereTheyAreTaken() throws Exception {
        ScriptedHop hop = forwarding.hop("CHUNKING");
        String field = "X-Field: one\r\n";

        assertQueued(forwarding.plugin(hop).onQueue(Forwarding.message(field + "\r\n.\r\nend")));

        assertThat(hop.commands()).endsWith("BDAT 14", "BDAT 10 LAST");
        assertThat(hop.messages()).containsExactly(field + "\r\n.\r\nend\r\n");
    }

    @Test
    void sendsNoChunkThatCouldBeTakenForACommand() throws Exception {
        ScriptedHop hop = forwarding.hop("CHUNKING");

        assertQueued(forwarding.plugin(hop).onQueue(Forwarding.message("Data: x\r\n\r\ny\r\n")));

        assertThat(hop.commands()).endsWith("DATA");
    }

    private SmtpForwardPlugin verifying(ScriptedHop hop) {
        return forwarding.plugin(
                hop, "tls", "verify", "host", "localhost", "caFile", certificate.pem().toString());
    }

    private static FakeTransaction requiringTls() {
        return message().withParameter("REQUIRETLS", "");
    }
}
