package org.qpsmtpd.plugin.dmarc.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.mailauth.report.FeedbackReader;
import org.qpsmtpd.mailauth.report.FeedbackReport;
import org.qpsmtpd.mailauth.server.ResolverDns;

final class FailureReportsTest {
    private static final String RUF = "p=reject; ruf=mailto:f@example.org";
    private static final String HEADER = "From: Joe <joe@example.org>\r\nSubject: secret\r\n";

    private final Desk desk = new Desk();
    private final FailureReports failures =
            new FailureReports(
                    desk.store,
                    new ResolverDns(desk.resolver),
                    desk.destinations,
                    desk.identity,
                    desk.hop,
                    desk.clock,
                    Runnable::run);

    private void report(Observed observed, String sender, String header) {
        Failed failed = new Failed(observed, sender, "mx.example.net; dmarc=fail", header);
        failures.report(failed).toCompletableFuture().join();
    }

    private void report(String tags) {
        report(Desk.observed("example.org", "192.0.2.1", tags, false), "joe@example.org", HEADER);
    }

    @Test
    void tellsTheDomain() throws Exception {
        report(RUF);
        FakeHop.Sent mail = desk.hop.mails.get(0);
        assertThat(mail.sender()).isEqualTo(Address.NULL);
        assertThat(mail.recipient()).isEqualTo(Address.of("f@example.org"));
        FeedbackReport report =
                FeedbackReader.read(
                        new ByteArrayInputStream(
                                mail.message().getBytes(StandardCharsets.US_ASCII)));
        assertThat(report.first("Auth-Failure")).isEqualTo("dmarc");
        assertThat(report.first("Identity-Alignment")).isEqualTo("dkim, spf");
        assertThat(report.first("Delivery-Result")).isEqualTo("reject");
        assertThat(report.first("DKIM-Domain")).isEqualTo("example.org");
        assertThat(report.first("Source-IP")).isEqualTo("192.0.2.1");
        assertThat(mail.message()).doesNotContain("joe").doesNotContain("secret");
        assertThat(failures.sent()).isEqualTo(1);
    }

    @Test
    void tellsAFewAnHour() {
        for (int i = 0; i < 3 * FailureReports.MOST_AN_HOUR; i++) {
            report(RUF);
        }
        assertThat(desk.hop.mails).hasSize(FailureReports.MOST_AN_HOUR);
        desk.clock.advance(Duration.ofHours(1));
        report(RUF);
        assertThat(desk.hop.mails).hasSize(FailureReports.MOST_AN_HOUR + 1);
    }

    @Test
    void tellsNobodyOfReports() {
        Observed observed = Desk.observed("example.org", "192.0.2.1", RUF, false);
        report(observed, "", HEADER);
        report(observed, "joe@example.org", HEADER + "Auto-Submitted: auto-generated\r\n");
        report(observed, "joe@example.org", HEADER + "Content-Type: multipart/report\r\n");
        assertThat(desk.hop.mails).isEmpty();
        report(observed, "joe@example.org", HEADER + "Auto-Submitted: no\r\n");
        assertThat(desk.hop.mails).hasSize(1);
    }

    @Test
    void asksOthersFirst() {
        desk.resolver.withOthers(DnsAnswer.Status.NO_NAME);
        report("p=reject; ruf=mailto:victim@example.net");
        assertThat(desk.hop.mails).isEmpty();
    }

    @Test
    void tellsNoPublicSuffix() {
        report(RUF + "; psd=y");
        assertThat(desk.hop.mails).isEmpty();
    }

    @Test
    void asksNobodyTwice() {
        desk.hop.answering(450);
        report(RUF);
        assertThat(desk.hop.mails).isEmpty();
        assertThat(failures.sent()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        // aligned is DKIM alone, SPF says softfail
        "0,true,false",
        "0,false,true",
        "1,true,true",
        "1,false,true",
        "d,true,false",
        "d,false,true",
        "s,true,true",
        "0:d,false,true",
        "x,false,true"
    })
    void followsTheOptions(String options, boolean isPass, boolean isTold) {
        Observed observed =
                Desk.observed("example.org", "192.0.2.1", RUF + "; fo=" + options, isPass);
        assertThat(FailureReports.isWanted(observed)).isEqualTo(isTold);
    }
}
