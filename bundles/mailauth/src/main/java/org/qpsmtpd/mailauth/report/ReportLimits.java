package org.qpsmtpd.mailauth.report;

/**
 * How much of a report is read. A report beyond it is refused.
 *
 * @param octets of the report, unpacked
 * @param rows of it
 * @param ratio how many times as large as its packed form it may be
 */
public record ReportLimits(long octets, int rows, int ratio) {
    /** 32 MiB, 100,000 rows, 200 times. */
    public static final ReportLimits USUAL = new ReportLimits(32L << 20, 100_000, 200);
}
