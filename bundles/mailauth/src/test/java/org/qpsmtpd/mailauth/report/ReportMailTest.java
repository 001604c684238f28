package org.qpsmtpd.mailauth.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The mails that reports are sent as. */
final class ReportMailTest {
    private static final Instant NOW = Instant.parse("2026-05-02T00:10:00Z");
    private static final byte[] KEY = {1, 2, 3, 4, 5, 6, 7, 8};
    private static final String HEADER =
            String.join(
                    "\r\n",
                    "Received: from a (b [192.0.2.1])",
                    "\tby c for <joe@example.net>; now",
                    "From: Joe Doe <joe@example.org>",
                    "To: \"Ann, her\" <ann@example.net>, bob@example.net",
                    "Subject: a secret",
                    "X-Other: joe@example.net",
                    "DKIM-Signature: v=1; i=joe@example.org;",
                    " b=x",
                    "Message-ID: <1@example.org>",
                    "");

    @Test
    void aggregateIsAsTheRfcHasIt() throws Exception {
        AggregateMail mail = new AggregateMail(Samples.HEAD, "example.org", "mx.example.net");
        byte[] packed = "packed".getBytes(StandardCharsets.US_ASCII);
        String text =
                new String(
                        mail.message(packed, "postmaster@mx.example.net", "r@example.org", NOW),
                        StandardCharsets.US_ASCII);
        assertThat(text.replaceAll("\r\n ", " "))
                .contains(
                        "\r\nSubject: Report Domain: example.org Submitter: mx.example.net"
                                + " Report-ID: <0123456789abcdef>\r\n")
                .contains("\r\nAuto-Submitted: auto-generated\r\n")
                .contains("\r\nFrom: postmaster@mx.example.net\r\nTo: r@example.org\r\n")
                .contains("\r\nMessage-ID: <0123456789abcdef@mx.example.net>\r\n")
                .contains("Date: Sat, 2 May 2026 00:10:00 +0000\r\n")
                .contains(
                        "filename=\"mx.example.net!example.org!1777593600!1777679999"
                                + "!0123456789abcdef.xml.gz\"")
                .contains("\r\nContent-Type: application/gzip\r\n")
                .contains("\r\n\r\n" + Base64.getEncoder().encodeToString(packed) + "\r\n");
        assertThat(text.lines()).allMatch(line -> line.length() < 998);
        assertThat(text.replace("\r\n", "")).doesNotContain("\n").doesNotContain("\r");
    }

    private static FailureReport failure(List<String> unaligned, List<String> spf) {
        return new FailureReport(
                "mx.example.net",
                NOW,
                "192.0.2.1",
                "joe@example.org",
                "ann@example.net",
                "example.org",
                "mx.example.net; dmarc=fail header.from=example.org",
                unaligned,
                "reject",
                List.of(new ReportRow.Dkim("example.org", "may", "fail", "")),
                spf,
                HEADER);
    }

    private static FeedbackReport read(FailureReport report) throws IOException {
        FailureMail mail = new FailureMail(report, new Redaction(KEY), "qpsmtpd/1");
        byte[] message = mail.message("1", "postmaster@mx.example.net", "r@example.org", NOW);
        return FeedbackReader.read(new ByteArrayInputStream(message));
    }

    @Test
    void failureIsRead() throws Exception {
        FeedbackReport report =
                read(failure(List.of("dkim", "spf"), List.of("example.org v=spf1 \"x\" -all")));
        assertThat(report.type()).isEqualTo("auth-failure");
        assertThat(report.first("Auth-Failure")).isEqualTo("dmarc");
        assertThat(report.first("Identity-Alignment")).isEqualTo("dkim, spf");
        assertThat(report.first("Delivery-Result")).isEqualTo("reject");
        assertThat(report.first("DKIM-Selector")).isEqualTo("may");
        assertThat(report.first("SPF-DNS"))
                .isEqualTo("txt : example.org : \"v=spf1 \\\"x\\\" -all\"");
        assertThat(report.arrival()).contains(NOW);
        assertThat(report.first("Reported-Domain")).isEqualTo("example.org");
        assertThat(read(failure(List.of(), List.of())).first("Identity-Alignment"))
                .isEqualTo("none");
    }

    @Test
    void failureNamesNobody() throws Exception {
        FeedbackReport report = read(failure(List.of("spf"), List.of()));
        String text = report.fields() + report.message();
        assertThat(text)
                .doesNotContain("joe@example.net")
                .doesNotContain("ann")
                .doesNotContain("bob")
                .doesNotContain("Doe")
                .doesNotContain("secret")
                .doesNotContain("X-Other");
        String ann = new Redaction(KEY).addresses("ann@example.net");
        assertThat(report.first("Original-Rcpt-To")).isEqualTo("<" + ann + ">");
        assertThat(report.message()).contains("\nTo: <" + ann + ">, <");
        assertThat(report.message()).contains("\nMessage-ID: <1@example.org>");
    }

    @Test
    void anotherKeyGivesOtherDigests() {
        String one = new Redaction(KEY).addresses("ann@example.net");
        assertThat(one).isEqualTo(new Redaction(KEY).addresses("ann@example.net"));
        assertThat(one).isNotEqualTo(new Redaction(new byte[] {1}).addresses("ann@example.net"));
        assertThat(one).isNotEqualTo(new Redaction(KEY).addresses("bob@example.net"));
        assertThat(one).endsWith("@example.net");
    }

    @Test
    void noValueLeavesItsLine() throws Exception {
        FailureReport report =
                new FailureReport(
                        "mx.example.net",
                        NOW,
                        "192.0.2.1\r\nBcc: x",
                        "",
                        "",
                        "example.org\r\n\r\n--=_1--",
                        "x".repeat(5000),
                        List.of(),
                        "lost",
                        List.of(),
                        List.of("nothing"),
                        "From\r\n: x\r\nTo: a@b\0c\r\n" + "Date: " + "x".repeat(10_000));
        FeedbackReport read = read(report);
        assertThat(read.first("Source-IP")).isEqualTo("192.0.2.1 Bcc: x");
        assertThat(read.all("Bcc")).isEmpty();
        assertThat(read.first("Reported-Domain")).isEqualTo("example.org --=_1--");
        assertThat(read.all("Delivery-Result")).isEmpty();
    }

    @Test
    void refusesOtherMail() {
        for (String mail :
                List.of(
                        "",
                        "Subject: x\r\n\r\nx",
                        "Content-Type: multipart/report; boundary=x\n\n--x\n\nz\n--x--\n",
                        "Content-Type: multipart/report; boundary=x\n\n" + "--x\n\n".repeat(50))) {
            assertThatThrownBy(
                            () ->
                                    FeedbackReader.read(
                                            new ByteArrayInputStream(
                                                    mail.getBytes(StandardCharsets.ISO_8859_1))))
                    .isInstanceOf(ReportException.class);
        }
    }

    @Test
    void takesNoLongTimeForNothing() {
        Redaction redaction = new Redaction(KEY);
        assertThat(redaction.addresses("a".repeat(60_000))).hasSize(60_000);
        assertThat(redaction.header("To: " + "a@".repeat(4000))).isNotNull();
        assertThat(redaction.header("To: " + "\r\n a".repeat(20_000))).isEmpty();
    }
}
