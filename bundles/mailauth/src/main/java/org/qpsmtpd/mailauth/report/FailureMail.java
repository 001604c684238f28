package org.qpsmtpd.mailauth.report;

import static org.qpsmtpd.mailauth.report.MailText.END;
import static org.qpsmtpd.mailauth.report.MailText.field;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;

/**
 * The mail that a failure report is sent as: a report in the abuse reporting format (RFC 5965) of
 * the type auth-failure (RFC 6591) with the fields of DMARC (RFC 9991).
 *
 * @param report what is told
 * @param redaction takes persons out of it
 * @param generator name and version of the program, as {@code name/1.0}
 */
public record FailureMail(FailureReport report, Redaction redaction, String generator) {
    private static final Set<String> DELIVERY =
            Set.of("delivered", "spam", "policy", "reject", "other");

    /**
     * The message, with CRLF.
     *
     * @param id unique: letters and digits
     * @param from address of who sends it
     * @param to address of who gets it
     */
    public byte[] message(String id, String from, String to, Instant date) {
        String boundary = "=_" + id;
        String mark = "--" + boundary + END;
        String text =
                header(id, from, to, date, boundary)
                        + mark
                        + field("Content-Type", "text/plain; charset=us-ascii")
                        + END
                        + words()
                        + END
                        + mark
                        + field("Content-Type", "message/feedback-report")
                        + END
                        + fields()
                        + END
                        + mark
                        + field("Content-Type", "text/rfc822-headers")
                        + END
                        + redaction.header(report.header())
                        + END
                        + "--"
                        + boundary
                        + "--"
                        + END;
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private String header(String id, String from, String to, Instant date, String boundary) {
        return field("Date", MailText.date(date))
                + field("From", from)
                + field("To", to)
                + field("Subject", "DMARC failure report for " + report.domain())
                + field("Message-ID", "<" + id + "@" + report.reporter() + ">")
                + field("Auto-Submitted", "auto-generated")
                + field("MIME-Version", "1.0")
                + "Content-Type: multipart/report; report-type=feedback-report;"
                + END
                + "\tboundary=\""
                + boundary
                + "\""
                + END
                + END;
    }

    private String words() {
        return "This is an authentication failure report for a message that was received from"
                + END
                + MailText.line(report.source())
                + " on "
                + MailText.date(report.arrival())
                + "."
                + END;
    }

    private String fields() {
        StringBuilder fields = new StringBuilder();
        fields.append(field("Feedback-Type", "auth-failure"));
        fields.append(field("User-Agent", generator));
        fields.append(field("Version", "1"));
        fields.append(field("Auth-Failure", "dmarc"));
        fields.append(field("Authentication-Results", redaction.addresses(report.results())));
        fields.append(field("Identity-Alignment", alignment()));
        if (DELIVERY.contains(report.delivery())) {
            fields.append(field("Delivery-Result", report.delivery()));
        }
        report.dkim().forEach(each -> add(fields, each));
        report.spf().forEach(each -> fields.append(field("SPF-DNS", spf(each))));
        String sender = redaction.addresses(report.sender());
        fields.append(field("Original-Mail-From", "<" + sender + ">"));
        if (!report.recipient().isEmpty()) {
            String recipient = redaction.addresses(report.recipient());
            fields.append(field("Original-Rcpt-To", "<" + recipient + ">"));
        }
        fields.append(field("Reporting-MTA", "dns; " + report.reporter()));
        fields.append(field("Arrival-Date", MailText.date(report.arrival())));
        fields.append(field("Source-IP", report.source()));
        fields.append(field("Reported-Domain", report.domain()));
        return fields.toString();
    }

    private String alignment() {
        return report.unaligned().isEmpty() ? "none" : String.join(", ", report.unaligned());
    }

    private static void add(StringBuilder fields, ReportRow.Dkim dkim) {
        fields.append(field("DKIM-Domain", dkim.domain()));
        fields.append(field("DKIM-Identity", "@" + dkim.domain()));
        fields.append(field("DKIM-Selector", dkim.selector()));
    }

    private static String spf(String record) {
        int blank = record.indexOf(' ');
        String text = record.substring(blank + 1).replaceAll("[\"\\\\]", "\\\\$0");
        return "txt : " + record.substring(0, Math.max(0, blank)) + " : \"" + text + "\"";
    }
}
