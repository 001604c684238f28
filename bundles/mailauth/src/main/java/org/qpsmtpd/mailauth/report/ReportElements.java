package org.qpsmtpd.mailauth.report;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;

/** What the elements of a report mean. */
final class ReportElements {
    private ReportElements() {}

    static ReportHead head(XmlNode node) {
        return new ReportHead(
                node.text("org_name"),
                node.text("email"),
                node.text("extra_contact_info"),
                node.text("report_id"),
                time(node.get("date_range").text("begin")),
                time(node.get("date_range").text("end")),
                node.all("error").map(XmlNode::text).filter(text -> !text.isEmpty()).toList(),
                node.text("generator"));
    }

    /** Seconds of the epoch; the epoch for what is none. */
    private static Instant time(String seconds) {
        try {
            return Instant.ofEpochSecond(Long.parseLong(seconds));
        } catch (NumberFormatException | DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    static PublishedPolicy policy(XmlNode node) {
        return new PublishedPolicy(
                node.text("domain"),
                node.word("p"),
                node.word("sp"),
                node.word("np"),
                node.word("adkim"),
                node.word("aspf"),
                node.word("discovery_method"),
                node.text("fo"),
                node.word("testing"));
    }

    /**
     * A row.
     *
     * @throws IllegalArgumentException when there is no number of messages
     */
    static ReportRow row(XmlNode node) {
        XmlNode row = node.get("row");
        XmlNode evaluated = row.get("policy_evaluated");
        XmlNode names = node.get("identifiers");
        XmlNode results = node.get("auth_results");
        return new ReportRow(
                row.text("source_ip"),
                count(row.text("count")),
                evaluated.word("disposition"),
                evaluated.word("dkim"),
                evaluated.word("spf"),
                reasons(evaluated),
                names.text("header_from"),
                names.text("envelope_from"),
                names.text("envelope_to"),
                results.all("dkim").map(ReportElements::dkim).toList(),
                results.all("spf").map(ReportElements::spf).toList());
    }

    private static long count(String digits) {
        if (!digits.matches("[0-9]{1,15}")) {
            throw new IllegalArgumentException("the count of a row is no number");
        }
        return Long.parseLong(digits);
    }

    private static List<ReportRow.Reason> reasons(XmlNode evaluated) {
        return evaluated
                .all("reason")
                .map(node -> new ReportRow.Reason(node.word("type"), node.text("comment")))
                .filter(reason -> !reason.type().isEmpty() || !reason.comment().isEmpty())
                .toList();
    }

    private static ReportRow.Dkim dkim(XmlNode node) {
        return new ReportRow.Dkim(
                node.text("domain"),
                node.text("selector"),
                node.word("result"),
                node.text("human_result"));
    }

    private static ReportRow.Spf spf(XmlNode node) {
        return new ReportRow.Spf(
                node.text("domain"),
                node.word("scope"),
                node.word("result"),
                node.text("human_result"));
    }
}
