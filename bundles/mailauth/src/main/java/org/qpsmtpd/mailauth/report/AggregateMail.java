package org.qpsmtpd.mailauth.report;

import static org.qpsmtpd.mailauth.report.MailText.END;
import static org.qpsmtpd.mailauth.report.MailText.field;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The mail that an aggregate report is sent as (RFC 9990 section 3).
 *
 * @param head of the report; its id has letters and digits alone
 * @param domain that the report is about
 * @param submitter name of the server that reports
 */
public record AggregateMail(ReportHead head, String domain, String submitter) {
    /** The attachment's name. */
    public String fileName() {
        return String.join(
                        "!",
                        submitter,
                        domain,
                        Long.toString(head.begin().getEpochSecond()),
                        Long.toString(head.end().getEpochSecond()),
                        head.id())
                + ".xml.gz";
    }

    /**
     * The message, with CRLF.
     *
     * @param packed the report, by gzip
     * @param from address of who sends it
     * @param to address of who gets it
     */
    public byte[] message(byte[] packed, String from, String to, Instant date) {
        String boundary = "=_" + head.id();
        String mark = "--" + boundary;
        String text =
                header(from, to, date, boundary)
                        + mark
                        + END
                        + field("Content-Type", "text/plain; charset=us-ascii")
                        + END
                        + words()
                        + END
                        + mark
                        + END
                        + field("Content-Type", "application/gzip")
                        + field("Content-Transfer-Encoding", "base64")
                        + field(
                                "Content-Disposition",
                                "attachment; filename=\"" + fileName() + "\"")
                        + END
                        + MailText.base64(packed)
                        + mark
                        + "--"
                        + END;
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private String header(String from, String to, Instant date, String boundary) {
        return field("Date", MailText.date(date))
                + field("From", from)
                + field("To", to)
                + "Subject: Report Domain: "
                + MailText.line(domain)
                + END
                + field(" Submitter", submitter)
                + field(" Report-ID", "<" + head.id() + ">")
                + field("Message-ID", "<" + head.id() + "@" + submitter + ">")
                + field("Auto-Submitted", "auto-generated")
                + field("MIME-Version", "1.0")
                + field("Content-Type", "multipart/mixed; boundary=\"" + boundary + "\"")
                + END;
    }

    private String words() {
        return "This is a DMARC aggregate report about mail from "
                + MailText.line(domain)
                + END
                + "that "
                + MailText.line(submitter)
                + " received from"
                + END
                + MailText.date(head.begin())
                + " to "
                + MailText.date(head.end())
                + "."
                + END;
    }
}
