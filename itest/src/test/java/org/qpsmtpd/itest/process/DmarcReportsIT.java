package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.StoredMessage;
import org.qpsmtpd.mailauth.report.AggregateReader;
import org.qpsmtpd.mailauth.report.AggregateReport;
import org.qpsmtpd.mailauth.report.ReportLimits;
import org.qpsmtpd.mailauth.report.ReportRow;
import org.qpsmtpd.testkit.FakeNameServer;

/** A server counts what DMARC finds, and the reports arrive where the domains want them. */
final class DmarcReportsIT {
    private static final Path SCHEMA =
            Path.of("../../shared/suites/dmarc/reports/xsd/dmarc-xml-0.2.xsd");

    private static FakeNameServer names() throws IOException {
        return FakeNameServer.start()
                .with(DnsType.TXT, "pass.test", "v=spf1 ip4:127.0.0.0/8 -all")
                .with(DnsType.TXT, "_dmarc.pass.test", "v=DMARC1; p=reject; rua=mailto:r@pass.test")
                .with(DnsType.TXT, "fail.test", "v=spf1 -all")
                .with(
                        DnsType.TXT,
                        "_dmarc.fail.test",
                        "v=DMARC1; p=reject; rua=mailto:r@reports.test!10m,mailto:v@victim.test")
                .with(DnsType.TXT, "fail.test._report._dmarc.reports.test", "v=DMARC1");
    }

    private static ServerUnderTest receiver() {
        return ServerUnderTest.builder()
                .plugins("rcpt_ok", "queue/maildir MAIL")
                .file("rcpthosts", "pass.test", "reports.test", "victim.test")
                .start();
    }

    private static ServerUnderTest reporter(
            FakeNameServer names, ServerUnderTest receiver, Path store) {
        return ServerUnderTest.builder()
                .plugins(
                        "sender_permitted_from reject 0",
                        "dkim",
                        "dmarc report_host 127.0.0.1:" + receiver.port() + " report_org Example",
                        "rcpt_ok",
                        "queue/maildir MAIL")
                .file("rcpthosts", "example.org")
                .file("dns_servers", "127.0.0.1:" + names.port())
                .file("store", "file " + store)
                .start();
    }

    private static void send(ServerUnderTest server, String domain, int code) {
        String message = "From: joe@" + domain + "\r\nSubject: hello\r\n\r\nHi.\r\n";
        try (SmtpDialogue client = server.connect()) {
            client.hello();
            client.envelope("joe@" + domain, "sue@example.org");
            assertThat(client.data(message.getBytes(ISO_8859_1)).code()).isEqualTo(code);
        }
    }

    @Test
    void sendsWhatItHasCounted(@TempDir Path folder) throws Exception {
        try (FakeNameServer names = names();
                ServerUnderTest receiver = receiver();
                ServerUnderTest server = reporter(names, receiver, folder.resolve("store"))) {
            LocalDate day = LocalDate.now(ZoneOffset.UTC);
            send(server, "pass.test", 250);
            send(server, "pass.test", 250);
            send(server, "fail.test", 550);
            assertThat(Console.run(server, "dmarc", "domains", "" + day).lines())
                    .containsExactly(
                            "fail.test: pass 0, fail 1, quarantine 0, reject 1, p=reject",
                            "pass.test: pass 2, fail 0, quarantine 0, reject 0, p=reject");
            assertThat(Console.run(server, "dmarc", "report", "pass.test", "" + day))
                    .contains("<count>2</count>");

            assertThat(Console.run(server, "dmarc", "send", "" + day).lines())
                    .contains(
                            "fail.test: sent: to r@reports.test",
                            "pass.test: sent: to r@pass.test");
            Map<String, AggregateReport> reports = reports(receiver);
            assertThat(reports).containsOnlyKeys("r@pass.test", "r@reports.test");
            passed(requireNonNull(reports.get("r@pass.test")));
            failed(requireNonNull(reports.get("r@reports.test")));

            assertThat(Console.run(server, "dmarc", "send", "" + day)).contains("sent: to");
            assertThat(receiver.maildir().messages()).as("no report twice").hasSize(2);
        }
    }

    private static Map<String, AggregateReport> reports(ServerUnderTest receiver) throws Exception {
        Map<String, AggregateReport> reports = new TreeMap<>();
        for (StoredMessage message : receiver.maildir().messages()) {
            String text = message.contentText().replace("\r\n", "\n");
            assertThat(text)
                    .contains("\nAuto-Submitted: auto-generated\n")
                    .contains("\nSubject: Report Domain: ")
                    .contains("\nFrom: postmaster@mx.example.org\n");
            int part = text.indexOf("\nContent-Type: application/gzip");
            int start = text.indexOf("\n\n", part);
            byte[] packed =
                    Base64.getMimeDecoder()
                            .decode(text.substring(start, text.indexOf("\n--", start)));
            validate(packed);
            String to = text.split("\nTo: ", 2)[1];
            reports.put(
                    to.substring(0, to.indexOf('\n')),
                    AggregateReader.read(new ByteArrayInputStream(packed), ReportLimits.USUAL));
        }
        return reports;
    }

    private static void validate(byte[] packed) throws Exception {
        if (!Files.isReadable(SCHEMA)) {
            System.out.println("not validated, there is no " + SCHEMA);
            return;
        }
        SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(SCHEMA.toFile())
                .newValidator()
                .validate(new StreamSource(new GZIPInputStream(new ByteArrayInputStream(packed))));
    }

    private static void passed(AggregateReport report) {
        assertThat(report.policy().domain()).isEqualTo("pass.test");
        assertThat(report.head().organization()).isEqualTo("Example");
        ReportRow row = report.rows().get(0);
        assertThat(report.rows()).hasSize(1);
        assertThat(row.count()).isEqualTo(2);
        assertThat(row.source()).isEqualTo("127.0.0.1");
        assertThat(List.of(row.disposition(), row.alignedSpf(), row.alignedDkim()))
                .containsExactly("pass", "pass", "fail");
        assertThat(row.spf()).containsExactly(new ReportRow.Spf("pass.test", "mfrom", "pass", ""));
        assertThat(row.headerFrom()).isEqualTo("pass.test");
    }

    private static void failed(AggregateReport report) {
        assertThat(report.messages()).isEqualTo(1);
        ReportRow row = report.rows().get(0);
        assertThat(List.of(row.disposition(), row.alignedSpf(), row.alignedDkim()))
                .containsExactly("reject", "fail", "fail");
        assertThat(row.envelopeTo()).isEqualTo("example.org");
        assertThat(row.reasons()).isEmpty();
    }
}
