package org.qpsmtpd.mailauth.report;

import java.time.Instant;
import java.util.List;

/**
 * A message that failed DMARC, as its domain is told (RFC 9991, RFC 6591).
 *
 * @param reporter name of the server that reports
 * @param arrival when the message came
 * @param source address of the client
 * @param sender of the envelope; empty for the null sender
 * @param recipient of the envelope; empty where it is not told
 * @param domain whose policy it is
 * @param results value of the field Authentication-Results
 * @param unaligned which methods gave no aligned identifier: {@code dkim}, {@code spf} or both
 * @param delivery what became of it, the value of the field Delivery-Result
 * @param dkim the signatures of an aligned domain that are not valid
 * @param spf records of an aligned domain whose check failed, each {@code DOMAIN RECORD}
 * @param header of the message, one character for each octet
 */
public record FailureReport(
        String reporter,
        Instant arrival,
        String source,
        String sender,
        String recipient,
        String domain,
        String results,
        List<String> unaligned,
        String delivery,
        List<ReportRow.Dkim> dkim,
        List<String> spf,
        String header) {
    /** Copies the lists. */
    public FailureReport {
        unaligned = List.copyOf(unaligned);
        dkim = List.copyOf(dkim);
        spf = List.copyOf(spf);
    }
}
