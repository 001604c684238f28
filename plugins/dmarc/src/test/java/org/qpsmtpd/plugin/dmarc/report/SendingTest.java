package org.qpsmtpd.plugin.dmarc.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.mailauth.dmarc.DmarcPolicy;
import org.qpsmtpd.mailauth.report.AggregateReport;
import org.qpsmtpd.plugin.dmarc.report.ReportState.Status;

final class SendingTest {
    private static final String EXTERNAL = "example.org._report._dmarc.reports.example.com";

    private final Desk desk = new Desk();

    private Status send() throws Exception {
        return desk.sending.send(Desk.DAY, "example.org", false).state().status();
    }

    private void overnight() {
        desk.clock.advance(Duration.ofHours(14));
    }

    private void wanted(String rua) {
        desk.counting(Desk.observed("example.org", "192.0.2.1", "p=none; rua=" + rua, true));
        overnight();
    }

    @Test
    void sendsTheReport() throws Exception {
        desk.counting(
                Desk.passing("example.org", "192.0.2.1"),
                Desk.passing("example.org", "192.0.2.1"),
                Desk.failing("example.org", "192.0.2.9"));
        overnight();
        assertThat(send()).isEqualTo(Status.SENT);
        FakeHop.Sent mail = desk.hop.mails.get(0);
        assertThat(mail.sender()).isEqualTo(Address.of("postmaster@mx.example.net"));
        assertThat(mail.recipient()).isEqualTo(Address.of("r@example.org"));
        assertThat(mail.message())
                .contains("Report Domain: example.org\r\n Submitter: mx.example.net")
                .contains("filename=\"mx.example.net!example.org!1777593600!1777679999!");
        AggregateReport report = Desk.report(mail);
        assertThat(report.messages()).isEqualTo(3);
        assertThat(report.rows()).hasSize(2);
        assertThat(report.head().organization()).isEqualTo("mx.example.net");
        assertThat(report.head().email()).isEqualTo("postmaster@mx.example.net");
        assertThat(mail.message()).contains("Report-ID: <" + report.head().id() + ">");
        assertThat(report.head().end().getEpochSecond()).isEqualTo(1777679999);
        assertThat(report.policy().policy()).isEqualTo("reject");
        assertThat(desk.sending.sent()).isEqualTo(1);
    }

    @Test
    void sendsItOnce() throws Exception {
        wanted("mailto:r@example.org");
        assertThat(send()).isEqualTo(Status.SENT);
        assertThat(send()).isEqualTo(Status.SENT);
        assertThat(desk.newSending().send(Desk.DAY, "example.org", true).isTried()).isFalse();
        assertThat(desk.hop.mails).hasSize(1);
    }

    @Test
    void leavesWhatAnotherServerIsAt() throws Exception {
        wanted("mailto:r@example.org");
        Claims other = new Claims(desk.store, desk.clock);
        assertThat(other.claim(Desk.DAY, "example.org", "other", false).owner()).isEqualTo("other");
        assertThat(send()).isEqualTo(Status.CLAIMED);
        assertThat(desk.sending.send(Desk.DAY, "example.org", true).isTried()).isFalse();
        assertThat(desk.hop.mails).isEmpty();
        desk.clock.advance(Duration.ofMinutes(31)); // it has died
        assertThat(send()).isEqualTo(Status.SENT);
        other.keep(Desk.DAY, "example.org", "other", ReportState.first("x", desk.clock.now()));
        assertThat(send()).isEqualTo(Status.SENT);
        assertThat(desk.hop.mails).hasSize(1);
    }

    @Test
    void triesAgainLaterAndLater() throws Exception {
        wanted("mailto:r@example.org");
        desk.hop.answering(450, 450);
        assertThat(send()).isEqualTo(Status.WAITING);
        assertThat(send()).isEqualTo(Status.WAITING);
        desk.clock.advance(Duration.ofMinutes(5));
        assertThat(send()).isEqualTo(Status.WAITING);
        desk.clock.advance(Duration.ofMinutes(5));
        assertThat(send()).isEqualTo(Status.WAITING);
        assertThat(desk.hop.mails).isEmpty();
        desk.clock.advance(Duration.ofMinutes(5));
        assertThat(send()).isEqualTo(Status.SENT);
        assertThat(desk.hop.mails).hasSize(1);
    }

    @Test
    void triesAtOnceWhenTheConsoleWantsIt() throws Exception {
        wanted("mailto:r@example.org");
        desk.hop.answering(0);
        Sending.Result result = desk.sending.send(Desk.DAY, "example.org", false);
        assertThat(result.isHopAway()).isTrue();
        assertThat(desk.sending.send(Desk.DAY, "example.org", true).state().status())
                .isEqualTo(Status.SENT);
    }

    @Test
    void givesUpAfterHalfADay() throws Exception {
        wanted("mailto:r@example.org");
        Status status = Status.WAITING;
        int hours = 0;
        for (; status == Status.WAITING && hours < 30; hours++) {
            desk.hop.answering(450);
            status = send();
            desk.clock.advance(Duration.ofHours(1));
        }
        assertThat(status).isEqualTo(Status.FAILED);
        assertThat(hours).isBetween(12, 14);
        assertThat(desk.sending.failed()).isEqualTo(1);
        assertThat(send()).isEqualTo(Status.FAILED);
        assertThat(desk.hop.mails).isEmpty();
    }

    @Test
    void doesNotInsistAfterARefusal() throws Exception {
        wanted("mailto:r@example.org");
        desk.hop.answering(550);
        assertThat(send()).isEqualTo(Status.FAILED);
        desk.clock.advance(Duration.ofHours(1));
        assertThat(send()).isEqualTo(Status.FAILED);
        assertThat(desk.sending.failed()).isEqualTo(1);
        assertThat(desk.hop.mails).isEmpty();
    }

    @Test
    void sendsToEachAddressOnce() throws Exception {
        wanted("mailto:a@example.org,mailto:b@example.org,mailto:c@example.org");
        desk.hop.answering(250, 450, 250);
        assertThat(send()).isEqualTo(Status.WAITING);
        desk.clock.advance(Duration.ofMinutes(5));
        assertThat(send()).isEqualTo(Status.SENT);
        assertThat(desk.hop.mails)
                .extracting(mail -> mail.recipient().user())
                .containsExactly("a", "c", "b");
    }

    @Test
    void asksOthersWhetherTheyWantIt() throws Exception {
        desk.resolver.withTexts(EXTERNAL, "v=DMARC1");
        desk.resolver.withOthers(DnsAnswer.Status.NO_NAME);
        wanted("mailto:a@reports.example.com,mailto:victim@example.net");
        assertThat(send()).isEqualTo(Status.SENT);
        assertThat(desk.hop.mails)
                .extracting(mail -> mail.recipient().address())
                .containsExactly("a@reports.example.com");
    }

    @Test
    void sendsNothingToWhoDoesNotWantIt() throws Exception {
        desk.resolver.withOthers(DnsAnswer.Status.NO_NAME);
        wanted("mailto:victim@example.net");
        assertThat(send()).isEqualTo(Status.FAILED);
        assertThat(desk.hop.mails).isEmpty();
    }

    @Test
    void waitsForADnsThatDoesNotAnswer() throws Exception {
        desk.resolver.withTexts(EXTERNAL, DnsAnswer.Status.FAILED);
        wanted("mailto:a@reports.example.com");
        assertThat(send()).isEqualTo(Status.WAITING);
        desk.resolver.withTexts(EXTERNAL, "v=DMARC1");
        desk.clock.advance(Duration.ofMinutes(5));
        assertThat(send()).isEqualTo(Status.SENT);
    }

    @Test
    void keepsWithinWhatAnAddressTakes() throws Exception {
        desk.counting(
                new Observed(
                        desk.clock.now(),
                        "192.0.2.1",
                        "example.org",
                        Desk.record("p=none; " + Desk.RUA),
                        DmarcPolicy.NONE,
                        true,
                        true,
                        List.of(),
                        "example.org",
                        "",
                        List.of(),
                        List.of(),
                        List.of()));
        overnight();
        About about = desk.gathered.about(Desk.DAY, "example.org").orElseThrow();
        About limited =
                new About(
                        about.policy(),
                        "mailto:r@example.org!10",
                        about.counts(),
                        about.rows(),
                        about.left());
        var unused =
                desk.store.set(
                        Keys.about(Desk.DAY, "example.org"), limited.text(), Duration.ofDays(1));
        assertThat(send()).isEqualTo(Status.FAILED);
        assertThat(desk.hop.mails).isEmpty();
    }

    @Test
    void leavesItToOthersWhenItIsClosed() throws Exception {
        wanted("mailto:r@example.org");
        desk.hop.answering(0);
        desk.sending.close();
        assertThat(send()).isEqualTo(Status.WAITING);
        assertThat(desk.newSending().send(Desk.DAY, "example.org", false).state().status())
                .isEqualTo(Status.SENT);
    }

    @Test
    void reportsNothingOfNothing() throws Exception {
        assertThat(send()).isEqualTo(Status.SENT);
        assertThat(desk.hop.mails).isEmpty();
    }
}
