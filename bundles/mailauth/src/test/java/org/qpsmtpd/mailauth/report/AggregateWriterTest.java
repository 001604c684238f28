package org.qpsmtpd.mailauth.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.mailauth.signature.Suites;

final class AggregateWriterTest {
    private static final AggregateReport REPORT =
            new AggregateReport(
                    Samples.HEAD, Samples.POLICY, List.of(Samples.ROW, Samples.ROW.times(7)));

    private static void validate(byte[] xml) throws Exception {
        Path file = Suites.folder("dmarc/reports/xsd").resolve("dmarc-xml-0.2.xsd");
        Schema schema =
                SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                        .newSchema(file.toFile());
        schema.newValidator().validate(new StreamSource(new ByteArrayInputStream(xml)));
    }

    @Test
    void isValidByTheSchema() throws Exception {
        validate(Samples.xml(REPORT));
    }

    @Test
    void isValidWithNothingButWhatMustBeThere() throws Exception {
        ReportHead head =
                new ReportHead(
                        "x", "y", "", "z", Samples.HEAD.begin(), Samples.HEAD.end(), List.of(), "");
        PublishedPolicy policy =
                new PublishedPolicy("example.org", "none", "", "", "", "", "", "", "");
        ReportRow row =
                new ReportRow(
                        "2001:db8::1",
                        1,
                        "pass",
                        "fail",
                        "fail",
                        List.of(),
                        "example.org",
                        "",
                        "",
                        List.of(),
                        List.of());
        validate(Samples.xml(new AggregateReport(head, policy, List.of(row))));
    }

    @Test
    void isValidWhateverOthersSay() throws Exception {
        PublishedPolicy policy =
                new PublishedPolicy(
                        "\u0000\uFFFE\uD800<>&\"'", "none", "no", "no", "x", "y", "z", "]]>", "t");
        ReportRow row =
                new ReportRow(
                        "a\nb",
                        1,
                        "none",
                        "fail",
                        "fail",
                        List.of(new ReportRow.Reason("sampled_out", "\u0007")),
                        "\uD83D\uDE00",
                        "]]>",
                        "<!--",
                        List.of(new ReportRow.Dkim("d", "s", "unheard of", "")),
                        List.of(
                                new ReportRow.Spf("d", "helo", "pass", ""),
                                new ReportRow.Spf("d", "", "softfail", ""),
                                new ReportRow.Spf("d", "mfrom", "pass", "")));
        byte[] xml = Samples.xml(new AggregateReport(Samples.HEAD, policy, List.of(row)));
        validate(xml);
        ReportRow read = Samples.read(xml).rows().get(0);
        assertThat(read.headerFrom()).isEqualTo("\uD83D\uDE00");
        assertThat(read.reasons()).containsExactly(new ReportRow.Reason("other", "?"));
        assertThat(read.dkim()).isEmpty();
        assertThat(read.spf()).extracting(ReportRow.Spf::result).containsExactly("softfail");
    }

    @Test
    void isReadAsItWasWritten() throws Exception {
        assertThat(Samples.read(Samples.xml(REPORT))).isEqualTo(REPORT);
        assertThat(REPORT.messages()).isEqualTo(10);
    }

    @Test
    void refusesWhatNoReportCanSay() {
        PublishedPolicy policy = new PublishedPolicy("d", "deny", "", "", "", "", "", "", "");
        assertThatThrownBy(() -> Samples.xml(new AggregateReport(Samples.HEAD, policy, List.of())))
                .hasMessageContaining("p 'deny'");
        ReportRow row =
                new ReportRow(
                        "192.0.2.1",
                        1,
                        "lost",
                        "pass",
                        "pass",
                        List.of(),
                        "d",
                        "",
                        "",
                        List.of(),
                        List.of());
        assertThatThrownBy(
                        () ->
                                Samples.xml(
                                        new AggregateReport(
                                                Samples.HEAD, Samples.POLICY, List.of(row))))
                .hasMessageContaining("disposition 'lost'");
    }
}
