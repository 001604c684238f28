package org.qpsmtpd.mailauth.report;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Reports that tests write and read. */
final class Samples {
    static final ReportHead HEAD =
            new ReportHead(
                    "Example & Sons",
                    "postmaster@mx.example.net",
                    "https://example.net/",
                    "0123456789abcdef",
                    Instant.parse("2026-05-01T00:00:00Z"),
                    Instant.parse("2026-05-01T23:59:59Z"),
                    List.of("3 messages are left out"),
                    "qpsmtpd");
    static final PublishedPolicy POLICY =
            new PublishedPolicy(
                    "example.org", "reject", "none", "", "r", "s", "treewalk", "1:d", "y");
    static final ReportRow ROW =
            new ReportRow(
                    "192.0.2.1",
                    3,
                    "none",
                    "pass",
                    "fail",
                    List.of(new ReportRow.Reason("local_policy", "a friend <of> ours")),
                    "example.org",
                    "list.example.com",
                    "example.net",
                    List.of(
                            new ReportRow.Dkim("example.org", "may", "pass", ""),
                            new ReportRow.Dkim("list.example.com", "x", "fail", "body changed")),
                    List.of(new ReportRow.Spf("list.example.com", "mfrom", "pass", "")));

    private Samples() {}

    static byte[] xml(AggregateReport report) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AggregateWriter.write(report, out);
        return out.toByteArray();
    }

    static AggregateReport read(String xml) throws IOException {
        return read(xml.getBytes(StandardCharsets.UTF_8));
    }

    static AggregateReport read(byte[] octets) throws IOException {
        return AggregateReader.read(new ByteArrayInputStream(octets), ReportLimits.USUAL);
    }
}
