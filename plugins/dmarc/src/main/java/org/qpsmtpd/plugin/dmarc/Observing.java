package org.qpsmtpd.plugin.dmarc;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.mailauth.DomainName;
import org.qpsmtpd.mailauth.dmarc.DmarcRecord;
import org.qpsmtpd.mailauth.dmarc.DmarcResult;
import org.qpsmtpd.mailauth.dmarc.DmarcVerdict;
import org.qpsmtpd.mailauth.report.ReportRow;
import org.qpsmtpd.plugin.dmarc.report.Failed;
import org.qpsmtpd.plugin.dmarc.report.Observed;
import org.qpsmtpd.plugin.dmarc.report.Reports;

/**
 * Has messages counted for the reports to domains with a policy.
 *
 * @param reports who counts
 */
record Observing(Reports reports) {
    /** Counts a message that passed or failed. */
    void observe(Transaction transaction, Finding finding, Evidence evidence) {
        DmarcResult result = finding.verdict().result();
        boolean isJudged = result == DmarcResult.PASS || result == DmarcResult.FAIL;
        if (!isJudged) {
            return;
        }
        DmarcRecord record = finding.verdict().record().orElseThrow();
        Observed observed = observed(transaction, finding, record, evidence);
        reports.observed(observed);
        if (result == DmarcResult.FAIL && reports.isFailureWanted(observed)) {
            reports.failed(failed(transaction, finding, observed));
        }
    }

    private static Observed observed(
            Transaction transaction, Finding finding, DmarcRecord record, Evidence evidence) {
        Connection connection = transaction.connection();
        DmarcVerdict verdict = finding.verdict();
        return new Observed(
                connection.clock().now(),
                connection.remoteIp(),
                verdict.policyDomain(),
                record,
                finding.disposition(),
                verdict.isDkimAligned(),
                verdict.isSpfAligned(),
                reasons(transaction, finding, record),
                verdict.author(),
                DomainName.of(transaction.sender().comparableHost()).orElse(""),
                recipients(transaction),
                evidence.signatures(),
                evidence.sender());
    }

    /** Why something else is done than the domain asks for (RFC 9990). */
    private static List<ReportRow.Reason> reasons(
            Transaction transaction, Finding finding, DmarcRecord record) {
        DmarcVerdict verdict = finding.verdict();
        if (verdict.result() != DmarcResult.FAIL) {
            return List.of();
        }
        if (finding.disposition() != verdict.disposition()) {
            return List.of(new ReportRow.Reason("local_policy", comment(transaction)));
        }
        return record.isTesting()
                ? List.of(new ReportRow.Reason("policy_test_mode", ""))
                : List.of();
    }

    private static String comment(Transaction transaction) {
        if (transaction.notes().has(NoteKey.ARC_DMARC_PASS)) {
            return "arc=pass";
        }
        return transaction.isImmune() ? "listed here" : "not applied here";
    }

    private static List<Address> recipients(Transaction transaction) {
        return Stream.of(transaction.recipients(), transaction.settledRecipients())
                .flatMap(List::stream)
                .map(Recipient::address)
                .toList();
    }

    private static Failed failed(Transaction transaction, Finding finding, Observed observed) {
        StringBuilder header = new StringBuilder();
        transaction
                .headers()
                .octets()
                .forEach(each -> header.append(new String(each, StandardCharsets.ISO_8859_1)));
        Address sender = transaction.sender();
        String from = sender.host().isEmpty() ? "" : sender.user() + "@" + sender.host();
        String results = HostName.ofThisMachine() + "; " + finding.entry();
        return new Failed(observed, from, results, header.toString());
    }
}
