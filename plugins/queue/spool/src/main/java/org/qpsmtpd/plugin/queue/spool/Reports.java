package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.qpsmtpd.api.mail.DeliveryNotice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the reports that are owed into the spool. */
final class Reports {
    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

    private final SpoolFolder folder;
    private final Schedule schedule;
    private final Terms terms;
    private final Supplier<String> ownName;

    Reports(SpoolFolder folder, Schedule schedule, Terms terms, Supplier<String> ownName) {
        this.folder = folder;
        this.schedule = schedule;
        this.terms = terms;
        this.ownName = ownName;
    }

    /** Tells that it will never be delivered, where the sender wants to know. */
    void failed(Kept about, Map<Integer, Said> whom, Instant now) throws IOException {
        whom.forEach((number, said) -> log(about, number, "failed", said));
        send(Report.Kind.FAILED, about, wishing(about, whom, DeliveryNotice.FAILURE), now);
    }

    /** Tells that it is late, where the sender wants to know. */
    void delayed(Kept about, Map<Integer, Said> whom, Instant now) throws IOException {
        send(Report.Kind.DELAYED, about, wishing(about, whom, DeliveryNotice.DELAY), now);
    }

    /** Tells that somebody has it who tells nothing, where the sender wants to know. */
    void done(Kept about, Map<Integer, Said> whom, boolean isLast, Instant now) throws IOException {
        Report.Kind kind = isLast ? Report.Kind.DELIVERED : Report.Kind.RELAYED;
        send(kind, about, wishing(about, whom, DeliveryNotice.SUCCESS), now);
    }

    private static SortedMap<Integer, Said> wishing(
            Kept about, Map<Integer, Said> whom, DeliveryNotice notice) {
        SortedMap<Integer, Said> wishing = new TreeMap<>(whom);
        wishing.keySet()
                .removeIf(
                        number ->
                                !about.envelope()
                                        .recipients()
                                        .get(number)
                                        .wishes()
                                        .contains(notice));
        return wishing;
    }

    /** Nobody reports to the null sender (RFC 3461 section 6.2). */
    private void send(Report.Kind kind, Kept about, SortedMap<Integer, Said> whom, Instant now)
            throws IOException {
        Envelope original = about.envelope();
        if (whom.isEmpty() || original.sender().isNull()) {
            return;
        }
        Instant end = terms.end(original);
        Report report = new Report(kind, about, whom, end, ownName.get(), now);
        Envelope envelope = report.envelope();
        String id = folder.store(envelope, report.size(), report::writeTo, now);
        schedule.add(Entry.of(id, report.size(), envelope, Progress.of(envelope), terms));
        LOG.info("{}: a report goes to {} as {}", about.id(), original.sender(), id);
    }

    private static void log(Kept about, int number, String what, Said said) {
        String whom = about.envelope().recipients().get(number).address().format();
        LOG.info("{}: {} for {}: {}", about.id(), what, whom, said.shown());
    }
}
