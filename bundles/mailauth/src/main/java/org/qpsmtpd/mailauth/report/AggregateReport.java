package org.qpsmtpd.mailauth.report;

import java.util.List;

/**
 * An aggregate report (RFC 9990 section 2.1). Texts of reports that were read are as they came,
 * without blanks around them; what is missing is empty.
 *
 * @param head of whom it is, and about when
 * @param policy what the domain had published
 * @param rows what was seen
 */
public record AggregateReport(ReportHead head, PublishedPolicy policy, List<ReportRow> rows) {
    /** Copies the list. */
    public AggregateReport {
        rows = List.copyOf(rows);
    }

    /** How many messages all rows are about. */
    public long messages() {
        return rows.stream().mapToLong(ReportRow::count).sum();
    }
}
