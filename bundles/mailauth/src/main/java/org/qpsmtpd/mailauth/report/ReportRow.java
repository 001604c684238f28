package org.qpsmtpd.mailauth.report;

import java.util.List;

/**
 * Messages that had all in common.
 *
 * @param source address of the client
 * @param count how many they were
 * @param disposition what became of them: {@code none}, {@code pass}, {@code quarantine} or {@code
 *     reject}
 * @param alignedDkim {@code pass} or {@code fail}
 * @param alignedSpf {@code pass} or {@code fail}
 * @param reasons why something else became of them than the policy says
 * @param headerFrom domain of the author
 * @param envelopeFrom domain of the sender; empty for the null sender and where it is not told
 * @param envelopeTo domain of the recipient; empty where it is not told
 * @param dkim results of the signatures
 * @param spf results for senders; one in reports of this form, maybe several in older ones
 */
public record ReportRow(
        String source,
        long count,
        String disposition,
        String alignedDkim,
        String alignedSpf,
        List<Reason> reasons,
        String headerFrom,
        String envelopeFrom,
        String envelopeTo,
        List<Dkim> dkim,
        List<Spf> spf) {
    /** Copies the lists. */
    public ReportRow {
        reasons = List.copyOf(reasons);
        dkim = List.copyOf(dkim);
        spf = List.copyOf(spf);
    }

    /** The same of so many messages. */
    public ReportRow times(long messages) {
        return new ReportRow(
                source,
                messages,
                disposition,
                alignedDkim,
                alignedSpf,
                reasons,
                headerFrom,
                envelopeFrom,
                envelopeTo,
                dkim,
                spf);
    }

    /**
     * Why the policy was not followed.
     *
     * @param type such as {@code local_policy}
     * @param comment in words; may be empty
     */
    public record Reason(String type, String comment) {}

    /**
     * The result of a signature.
     *
     * @param domain {@code d=}
     * @param selector {@code s=}
     * @param result word of RFC 8601
     * @param comment in words; may be empty
     */
    public record Dkim(String domain, String selector, String result, String comment) {}

    /**
     * The result for a sender.
     *
     * @param domain that was asked
     * @param scope {@code mfrom}, or {@code helo} in older reports; may be empty
     * @param result word of RFC 8601
     * @param comment in words; may be empty
     */
    public record Spf(String domain, String scope, String result, String comment) {}
}
