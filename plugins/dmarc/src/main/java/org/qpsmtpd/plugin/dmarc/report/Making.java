package org.qpsmtpd.plugin.dmarc.report;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.mailauth.report.AggregateWriter;
import org.qpsmtpd.mailauth.report.ReportHead;

/** Makes reports of what was gathered. Waits for the store. */
final class Making {
    /** What is said to have made them. */
    static final String GENERATOR = "qpsmtpd-dmarc/1.0";

    private final Gathered gathered;
    private final Identity identity;
    private final Clock clock;

    Making(Gathered gathered, Identity identity, Clock clock) {
        this.gathered = gathered;
        this.identity = identity;
        this.clock = clock;
    }

    /** The head of a report; its id is the same whenever, and by whom, it is made. */
    ReportHead head(LocalDate day, String domain, About about) {
        Instant end = Days.end(day).minusSeconds(1);
        Instant now = clock.now();
        List<String> errors =
                about.left() == 0
                        ? List.of()
                        : List.of(
                                about.left() + " messages are in no row: there are too many rows");
        return new ReportHead(
                identity.organization(),
                identity.from(),
                identity.contact(),
                Keys.digest(day + " " + domain + " " + identity.ownName()),
                Days.begin(day),
                now.isBefore(end) ? now : end,
                errors,
                GENERATOR);
    }

    /**
     * Writes a report.
     *
     * @return how many rows it has; without any nothing is written
     */
    long write(LocalDate day, String domain, About about, OutputStream out)
            throws IOException, InterruptedException {
        if (about.rows() == 0) {
            return 0;
        }
        AtomicLong rows = new AtomicLong();
        try (AggregateWriter writer =
                new AggregateWriter(out, head(day, domain, about), about.policy())) {
            gathered.rows(
                    day,
                    domain,
                    row -> {
                        writer.row(row);
                        rows.incrementAndGet();
                    });
        }
        return rows.get();
    }
}
