package org.qpsmtpd.plugin.queue.spool;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.qpsmtpd.plugin.queue.spool.Spooling.await;
import static org.qpsmtpd.plugin.queue.spool.Spooling.awaitFigure;
import static org.qpsmtpd.plugin.queue.spool.Spooling.awaitMessages;
import static org.qpsmtpd.plugin.queue.spool.Spooling.figure;
import static org.qpsmtpd.plugin.queue.spool.Spooling.message;
import static org.qpsmtpd.plugin.queue.spool.Spooling.take;
import static org.qpsmtpd.testkit.ScriptedHop.DROP;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.ScriptedHop;

/** What senders are told. */
final class ReportTest {
    private static final String DOWN = "421 4.3.2 down" + DROP;
    private static final String NOBODY = "550 5.1.1 no such user";
    private static final String LATER = "450 4.2.0 later";

    @RegisterExtension final Spooling spooling = new Spooling();

    private static FakeRecipient recipient(String address, String notify) {
        FakeRecipient recipient = FakeRecipient.of(address);
        return notify.isEmpty() ? recipient : recipient.withParameter("NOTIFY", notify);
    }

    /** The fields about a message and those about each recipient, as lines. */
    private static List<String> fields(String report) {
        int begin = report.indexOf("Reporting-MTA:");
        return report.substring(begin, report.indexOf("\r\n--", begin)).lines().toList();
    }

    @Test
    void saysWhyAMessageWasRefused() throws Exception {
        ScriptedHop hop = spooling.hop().answering("RCPT", "250 ok", NOBODY);
        SpoolPlugin plugin = spooling.plugin(hop);
        FakeRecipient refused =
                FakeRecipient.of("c@example.com")
                        .withParameter("ORCPT", "rfc822;c+2Bx@example.net")
                        .withParameter("NOTIFY", "FAILURE");

        take(
                plugin,
                message("b@example.com").withRecipient(refused).withParameter("ENVID", "id+3D7"));

        awaitMessages(hop, 2);
        spooling.awaitEmpty();
        String report = hop.messages().get(1);
        assertThat(hop.commands()).endsWith("MAIL FROM:<>", "RCPT TO:<a@example.org>", "DATA");
        assertThat(fields(report))
                .containsExactly(
                        "Reporting-MTA: dns; mx.example.com",
                        "Original-Envelope-Id: id=7",
                        "Arrival-Date: Thu, 1 Jan 2026 00:00:00 +0000",
                        "",
                        "Original-Recipient: rfc822; c+x@example.net",
                        "Final-Recipient: rfc822; c@example.com",
                        "Action: failed",
                        "Status: 5.1.1",
                        "Remote-MTA: dns; [127.0.0.1]",
                        "Diagnostic-Code: smtp; 550 5.1.1 no such user",
                        "Last-Attempt-Date: Thu, 1 Jan 2026 00:00:00 +0000");
        assertThat(report)
                .contains(
                        "From: Mail server <MAILER-DAEMON@mx.example.com>\r\n",
                        "To: <a@example.org>\r\n",
                        "Auto-Submitted: auto-replied\r\n",
                        "Content-Type: multipart/report; report-type=delivery-status;\r\n",
                        "Content-Type: message/delivery-status\r\n",
                        "Content-Type: message/rfc822\r\n\r\nSubject: test\r\n\r\nHello\r\n..\r\n")
                .doesNotContain("b@example.com");
        assertThat(figure(plugin, "failed")).isEqualTo(1);
    }

    @Test
    void returnsTheHeaderAloneWhenThatIsWished() throws Exception {
        ScriptedHop hop = spooling.hop().answering("MAIL", NOBODY);
        take(spooling.plugin(hop), message("b@example.com").withParameter("RET", "HDRS"));

        awaitMessages(hop, 1);

        assertThat(hop.messages().get(0))
                .contains("Content-Type: text/rfc822-headers\r\n\r\nSubject: test\r\n")
                .doesNotContain("Hello");
    }

    @ParameterizedTest
    @CsvSource({"'', true", "FULL, false"})
    void returnsLargeMessagesOnlyWhenThatIsWished(String wish, boolean isCut) throws Exception {
        ScriptedHop hop = spooling.hop().answering("MAIL", NOBODY);
        FakeTransaction message =
                message("b@example.com").withMessage("Subject: x\n\n" + "body\n".repeat(20_000));
        take(spooling.plugin(hop), wish.isEmpty() ? message : message.withParameter("RET", wish));

        awaitMessages(hop, 1);

        assertThat(hop.messages().get(0).length() < 50_000).isEqualTo(isCut);
    }

    @ParameterizedTest
    @CsvSource({"NEVER", "DELAY", "SUCCESS", "'SUCCESS,DELAY'"})
    void tellsNobodyWhoDoesNotWantToKnowOfFailures(String notify) throws Exception {
        ScriptedHop hop = spooling.hop("DSN").answering("RCPT", NOBODY);
        SpoolPlugin plugin = spooling.plugin(hop);

        take(plugin, message().withRecipient(recipient("b@example.com", notify)));

        awaitFigure(plugin, "failed", 1);
        spooling.awaitEmpty();
        assertThat(hop.messages()).isEmpty();
    }

    @Test
    void neverReportsToNobody() throws Exception {
        ScriptedHop hop = spooling.hop().answering("RCPT", NOBODY);
        SpoolPlugin plugin = spooling.plugin(hop);

        take(plugin, message("b@example.com").withSender(""));

        awaitFigure(plugin, "failed", 1);
        spooling.awaitEmpty();
        assertThat(hop.messages()).isEmpty();
    }

    @Test
    void neverReportsAboutAReport() throws Exception {
        ScriptedHop hop = spooling.hop().answering("RCPT", NOBODY, "550 5.1.1 nor here");
        SpoolPlugin plugin = spooling.plugin(hop);

        take(plugin, message("b@example.com"));

        awaitFigure(plugin, "failed", 2);
        spooling.awaitEmpty();
        assertThat(hop.messages()).isEmpty();
        assertThat(hop.commands()).filteredOn(line -> line.startsWith("RCPT")).hasSize(2);
    }

    @Test
    void givesUpInTheEnd() throws Exception {
        ScriptedHop hop = spooling.hop().answering("RCPT", LATER);
        SpoolPlugin plugin = spooling.plugin(hop, "warn_after", "0");
        take(plugin, message("b@example.com"));
        awaitFigure(plugin, "deferred", 1);

        spooling.pass(plugin, Duration.ofDays(5));

        awaitMessages(hop, 1);
        spooling.awaitEmpty();
        assertThat(fields(hop.messages().get(0)))
                .contains(
                        "Action: failed",
                        "Status: 4.4.7",
                        "Diagnostic-Code: x-qpsmtpd; delivery time expired; last: 127.0.0.1:"
                                + hop.port()
                                + ": 450 4.2.0 later",
                        "Last-Attempt-Date: Thu, 1 Jan 2026 00:00:00 +0000");
    }

    /** Once, and of those who wait. */
    @Test
    void tellsThatAMessageIsLate() throws Exception {
        ScriptedHop hop = spooling.hop().answering("RCPT", "250 ok", LATER, LATER);
        SpoolPlugin plugin = spooling.plugin(hop, "first_retry", "80000", "longest_retry", "80000");
        FakeTransaction message =
                message("b@example.com", "c@example.com")
                        .withRecipient(recipient("d@example.com", "FAILURE"));
        take(plugin, message);
        awaitFigure(plugin, "deferred", 2);

        spooling.pass(plugin, Duration.ofHours(4));
        awaitMessages(hop, 2);
        spooling.pass(plugin, Duration.ofHours(4));
        spooling.pass(plugin, Duration.ofDays(1));
        awaitMessages(hop, 3);
        spooling.awaitEmpty();

        String report = hop.messages().get(1);
        assertThat(fields(report))
                .endsWith(
                        "Final-Recipient: rfc822; c@example.com",
                        "Action: delayed",
                        "Status: 4.2.0",
                        "Remote-MTA: dns; [127.0.0.1]",
                        "Diagnostic-Code: smtp; 450 4.2.0 later",
                        "Last-Attempt-Date: Thu, 1 Jan 2026 00:00:00 +0000",
                        "Will-Retry-Until: Tue, 6 Jan 2026 00:00:00 +0000")
                .doesNotContain("Final-Recipient: rfc822; d@example.com");
        assertThat(report).contains("text/rfc822-headers").doesNotContain("Hello");
        assertThat(hop.messages()).hasSize(3);
    }

    @Test
    void tellsThatAMessageIsLateWhileTheNextHopIsAway() throws Exception {
        ScriptedHop hop = spooling.hop().answering("greeting", DOWN, DOWN);
        SpoolPlugin plugin = spooling.plugin(hop);
        take(plugin, message("b@example.com"));
        awaitFigure(plugin, "away", 1);

        spooling.pass(plugin, Duration.ofHours(4));
        await("a report that waits, too", () -> figure(plugin, "messages") == 2);
        awaitFigure(plugin, "deferred", 2);
        spooling.pass(plugin, Duration.ofHours(4));

        awaitMessages(hop, 2);
        spooling.awaitEmpty();
        assertThat(String.join("", hop.messages()))
                .contains("Action: delayed", "x-qpsmtpd; the next hop closes the connection");
    }

    @Test
    void saysThatAMessageWasHandedOnToOneWhoSaysNothing() throws Exception {
        ScriptedHop hop = spooling.hop();
        take(
                spooling.plugin(hop),
                message("c@example.com").withRecipient(recipient("b@example.com", "SUCCESS")));

        awaitMessages(hop, 2);
        spooling.awaitEmpty();
        assertThat(fields(hop.messages().get(1)))
                .contains(
                        "Final-Recipient: rfc822; b@example.com",
                        "Action: relayed",
                        "Status: 2.0.0")
                .doesNotContain("Final-Recipient: rfc822; c@example.com");
    }

    @Test
    void saysThatAMessageWasDelivered() throws Exception {
        ScriptedHop hop = spooling.hop();
        take(
                spooling.plugin(hop, "protocol", "lmtp"),
                message().withRecipient(recipient("b@example.com", "SUCCESS")));

        awaitMessages(hop, 2);
        assertThat(fields(hop.messages().get(1))).contains("Action: delivered");
    }

    @Test
    void leavesItToTheNextHopToSayThatAMessageWasDelivered() throws Exception {
        ScriptedHop hop = spooling.hop("DSN");
        SpoolPlugin plugin = spooling.plugin(hop);
        take(plugin, message().withRecipient(recipient("b@example.com", "SUCCESS")));
        awaitFigure(plugin, "delivered", 1);
        spooling.awaitEmpty();

        assertThat(hop.commands()).contains("RCPT TO:<b@example.com> NOTIFY=SUCCESS");
        assertThat(hop.messages()).hasSize(1);
    }

    @Test
    void givesUpInTheTimeThatTheSenderNames() throws Exception {
        ScriptedHop hop = spooling.hop("DELIVERBY").answering("RCPT", LATER);
        SpoolPlugin plugin = spooling.plugin(hop);
        spooling.clock.advance(Duration.ofSeconds(1));
        take(plugin, message("b@example.com").withParameter("BY", "120;R"));
        awaitFigure(plugin, "deferred", 1);

        spooling.pass(plugin, Duration.ofMinutes(2));

        awaitMessages(hop, 1);
        spooling.awaitEmpty();
        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org> BY=120;R");
        assertThat(fields(hop.messages().get(0))).contains("Action: failed", "Status: 5.4.7");
    }

    @Test
    void givesBackWhatTheNextHopWouldNotReturnInTime() throws Exception {
        ScriptedHop hop = spooling.hop();
        take(spooling.plugin(hop), message("b@example.com").withParameter("BY", "120;R"));

        awaitMessages(hop, 1);
        spooling.awaitEmpty();
        assertThat(fields(hop.messages().get(0))).contains("Action: failed", "Status: 5.3.3");
    }

    /** RFC 8689: never to one who does not offer it, and its text not even in the report. */
    @Test
    void givesBackWhatRequiresTls() throws Exception {
        ScriptedHop hop = spooling.hop();
        FakeTransaction message =
                message("b@example.com")
                        .withParameter("REQUIRETLS", "")
                        .withParameter("RET", "FULL");
        take(spooling.plugin(hop), message);

        awaitMessages(hop, 1);
        spooling.awaitEmpty();
        assertThat(hop.messages()).hasSize(1);
        assertThat(hop.messages().get(0)).doesNotContain("Hello");
        assertThat(fields(hop.messages().get(0))).contains("Action: failed", "Status: 5.7.30");
    }

    @Test
    void tellsOnceThatTheTimeHasPassedThatTheSenderNames() throws Exception {
        ScriptedHop hop = spooling.hop().answering("RCPT", LATER);
        SpoolPlugin plugin = spooling.plugin(hop);
        take(plugin, message("b@example.com").withParameter("BY", "120;N"));
        awaitFigure(plugin, "deferred", 1);

        spooling.pass(plugin, Duration.ofMinutes(2));
        awaitMessages(hop, 1);
        spooling.pass(plugin, Duration.ofMinutes(3));
        awaitMessages(hop, 2);
        spooling.awaitEmpty();

        assertThat(fields(hop.messages().get(0))).contains("Action: delayed", "Status: 4.2.0");
        assertThat(hop.messages()).hasSize(2);
    }

    @Test
    void carriesEightBits() throws Exception {
        ScriptedHop hop = spooling.hop("8BITMIME").answering("RCPT", NOBODY);
        byte[] octets = "Subject: x\r\n\r\n\u00e4\r\n".getBytes(ISO_8859_1);
        take(spooling.plugin(hop), message("b@example.com").withMessage(octets));

        awaitMessages(hop, 1);

        assertThat(hop.commands()).contains("MAIL FROM:<> BODY=8BITMIME");
        assertThat(hop.messages().get(0))
                .contains(
                        "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
                        "\r\n\r\nSubject: x\r\n\r\n\u00e4\r\n");
    }

    @Test
    void namesAddressesInUtf8() throws Exception {
        ScriptedHop hop = spooling.hop("8BITMIME", "SMTPUTF8").answering("RCPT", NOBODY);
        take(
                spooling.plugin(hop),
                message("j\u00fcrgen@example.com").withParameter("SMTPUTF8", ""));

        awaitMessages(hop, 1);

        assertThat(hop.commands()).contains("MAIL FROM:<> BODY=8BITMIME SMTPUTF8");
        String report = new String(hop.messages().get(0).getBytes(ISO_8859_1), UTF_8);
        assertThat(fields(report)).contains("Final-Recipient: utf-8; j\u00fcrgen@example.com");
        assertThat(report)
                .contains(
                        "report-type=global-delivery-status",
                        "Content-Type: message/global-delivery-status\r\n",
                        "Content-Type: message/global\r\n");
    }

    /** Nothing of the client's can begin a field of its own. */
    @Test
    void keepsFieldsApart() throws Exception {
        ScriptedHop hop = spooling.hop().answering("RCPT", NOBODY);
        FakeRecipient to =
                FakeRecipient.of("b@example.com")
                        .withParameter("ORCPT", "rfc822;x+0D+0AAction:+20delivered");
        take(
                spooling.plugin(hop),
                message().withRecipient(to).withParameter("ENVID", "y+0AAction:+20relayed"));

        awaitMessages(hop, 1);

        assertThat(fields(hop.messages().get(0)))
                .filteredOn(line -> line.startsWith("Action:"))
                .containsExactly("Action: failed");
    }
}
