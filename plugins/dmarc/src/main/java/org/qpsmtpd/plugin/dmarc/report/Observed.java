package org.qpsmtpd.plugin.dmarc.report;

import java.time.Instant;
import java.util.List;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.mailauth.DomainName;
import org.qpsmtpd.mailauth.dmarc.DmarcPolicy;
import org.qpsmtpd.mailauth.dmarc.DmarcRecord;
import org.qpsmtpd.mailauth.report.PublishedPolicy;
import org.qpsmtpd.mailauth.report.ReportRow;

/**
 * What came of a message whose author's domain has a policy.
 *
 * @param at when it came
 * @param source the client's address
 * @param policyDomain where the record was found
 * @param record what is published there
 * @param disposition what became of it by the policy
 * @param isDkimAligned whether a valid signature is of the author's domain
 * @param isSpfAligned whether SPF found the author's domain
 * @param reasons why something else became of it than the policy asks for
 * @param headerFrom the author's domain
 * @param envelopeFrom the sender's domain; empty for the null sender
 * @param recipients of the envelope
 * @param dkim results of the signatures
 * @param spf result for the sender, one at most
 */
public record Observed(
        Instant at,
        String source,
        String policyDomain,
        DmarcRecord record,
        DmarcPolicy disposition,
        boolean isDkimAligned,
        boolean isSpfAligned,
        List<ReportRow.Reason> reasons,
        String headerFrom,
        String envelopeFrom,
        List<Address> recipients,
        List<ReportRow.Dkim> dkim,
        List<ReportRow.Spf> spf) {
    /** Of more signatures the rest is left out. */
    private static final int MOST_SIGNATURES = 10;

    private static final int MOST_REASONS = 3;

    /** Copies the lists. */
    public Observed {
        reasons = List.copyOf(reasons);
        recipients = List.copyOf(recipients);
        dkim = List.copyOf(dkim);
        spf = List.copyOf(spf);
    }

    /** Whether it passed. */
    public boolean isPass() {
        return isDkimAligned || isSpfAligned;
    }

    /** The row of the report, for one message. */
    ReportRow row() {
        return new ReportRow(
                source,
                1,
                dispositionWord(),
                passOrFail(isDkimAligned),
                passOrFail(isSpfAligned),
                reasons.stream().limit(MOST_REASONS).toList(),
                headerFrom,
                envelopeFrom,
                envelopeTo(),
                dkim.stream().limit(MOST_SIGNATURES).toList(),
                spf.stream().limit(1).toList());
    }

    /** {@code pass} for what passes where the domain asks for more than nothing. */
    private String dispositionWord() {
        boolean isAsked = record.policy() != DmarcPolicy.NONE;
        return isPass() && isAsked ? "pass" : disposition.word();
    }

    private static String passOrFail(boolean isPass) {
        return isPass ? "pass" : "fail";
    }

    /** The domain of all recipients; empty when they have several. */
    private String envelopeTo() {
        List<String> hosts =
                recipients.stream().map(Address::comparableHost).distinct().limit(2).toList();
        return hosts.size() == 1 ? DomainName.of(hosts.get(0)).orElse("") : "";
    }

    /** The policy as reports tell it. */
    PublishedPolicy policy() {
        String own = record.policy().word();
        String subdomains = record.subdomains().map(DmarcPolicy::word).orElse(own);
        return new PublishedPolicy(
                policyDomain,
                own,
                subdomains,
                record.nonExistent().map(DmarcPolicy::word).orElse(subdomains),
                record.isDkimStrict() ? "s" : "r",
                record.isSpfStrict() ? "s" : "r",
                "treewalk",
                record.failureOptions(),
                record.isTesting() ? "y" : "n");
    }
}
