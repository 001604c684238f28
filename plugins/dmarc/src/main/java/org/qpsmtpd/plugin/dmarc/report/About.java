package org.qpsmtpd.plugin.dmarc.report;

import java.util.Optional;
import org.qpsmtpd.mailauth.dmarc.DmarcPolicy;
import org.qpsmtpd.mailauth.report.PublishedPolicy;

/**
 * What is known of a domain on a day.
 *
 * @param policy as it was seen last
 * @param addressees its {@code rua}, URIs with commas between
 * @param counts of messages
 * @param rows how many there are
 * @param left how many messages are in no row, since there were too many rows
 */
record About(PublishedPolicy policy, String addressees, Counts counts, long rows, long left) {
    /**
     * Messages.
     *
     * @param passed that passed
     * @param failed that did not
     * @param quarantined of those
     * @param rejected of those
     */
    record Counts(long passed, long failed, long quarantined, long rejected) {
        static final Counts NONE = new Counts(0, 0, 0, 0);

        private Counts and(Observed observed) {
            boolean isPass = observed.isPass();
            DmarcPolicy disposition = observed.disposition();
            return new Counts(
                    passed + (isPass ? 1 : 0),
                    failed + (isPass ? 0 : 1),
                    quarantined + (disposition == DmarcPolicy.QUARANTINE ? 1 : 0),
                    rejected + (disposition == DmarcPolicy.REJECT ? 1 : 0));
        }
    }

    /** One message more; the policy is now as it is with that one. */
    static About and(Optional<About> known, Observed observed) {
        return new About(
                observed.policy(),
                String.join(",", observed.record().aggregateReports()),
                known.map(About::counts).orElse(Counts.NONE).and(observed),
                known.map(About::rows).orElse(0L),
                known.map(About::left).orElse(0L));
    }

    About withRow() {
        return new About(policy, addressees, counts, rows + 1, left);
    }

    About withLeft() {
        return new About(policy, addressees, counts, rows, left + 1);
    }

    String text() {
        return new Fields()
                .with("domain", policy.domain())
                .with("p", policy.policy())
                .with("sp", policy.subdomains())
                .with("np", policy.absent())
                .with("adkim", policy.dkimAlignment())
                .with("aspf", policy.spfAlignment())
                .with("discovery", policy.discovery())
                .with("fo", policy.failureOptions())
                .with("t", policy.testing())
                .with("passed", counts.passed())
                .with("failed", counts.failed())
                .with("quarantined", counts.quarantined())
                .with("rejected", counts.rejected())
                .with("rows", rows)
                .with("left", left)
                .withAll("rua", addressees)
                .text();
    }

    static About read(String text) {
        Fields fields = Fields.parse(text);
        return new About(
                new PublishedPolicy(
                        fields.get("domain"),
                        fields.get("p"),
                        fields.get("sp"),
                        fields.get("np"),
                        fields.get("adkim"),
                        fields.get("aspf"),
                        fields.get("discovery"),
                        fields.get("fo"),
                        fields.get("t")),
                String.join(",", fields.all("rua")),
                new Counts(
                        fields.number("passed"),
                        fields.number("failed"),
                        fields.number("quarantined"),
                        fields.number("rejected")),
                fields.number("rows"),
                fields.number("left"));
    }
}
