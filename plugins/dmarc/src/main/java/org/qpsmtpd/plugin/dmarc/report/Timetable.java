package org.qpsmtpd.plugin.dmarc.report;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** When which report is due. For one thread at a time. */
final class Timetable {
    /** After midnight, for messages that came before it and are counted later. */
    private static final Duration AFTER_MIDNIGHT = Duration.ofMinutes(5);

    /** Over which reports are spread, so that not all are sent at once. */
    private static final Duration SPREAD = Duration.ofHours(3);

    /** Days that are looked at after a start. */
    private static final int DAYS = 3;

    private final Gathered gathered;
    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparing(Due::at).thenComparing(Due::domain));
    private @Nullable LocalDate planned;

    /**
     * A report.
     *
     * @param at when it is to be sent
     */
    record Due(Instant at, LocalDate day, String domain) {}

    Timetable(Gathered gathered) {
        this.gathered = gathered;
    }

    /** The day whose reports are to be made: the last one that is over. */
    static LocalDate lastDay(Instant now) {
        return Days.of(now.minus(AFTER_MIDNIGHT)).minusDays(1);
    }

    /** When the report about a domain is to be sent. */
    static Instant due(LocalDate day, String domain) {
        int second = Math.floorMod(domain.hashCode(), (int) SPREAD.toSeconds());
        return Days.end(day).plus(AFTER_MIDNIGHT).plusSeconds(second);
    }

    /** Takes up the reports of the days that are over. */
    void plan(Instant now) throws IOException, InterruptedException {
        LocalDate last = lastDay(now);
        LocalDate known = planned;
        LocalDate day = known == null ? last.minusDays(DAYS - 1) : known.plusDays(1);
        for (; !day.isAfter(last); day = day.plusDays(1)) {
            for (String domain : gathered.domains(day)) {
                queue.add(new Due(due(day, domain), day, domain));
            }
            planned = day;
        }
    }

    /** The next report that is due by now, which is then not in here any more. */
    Optional<Due> next(Instant now) {
        Due first = queue.peek();
        return first == null || first.at().isAfter(now)
                ? Optional.empty()
                : Optional.ofNullable(queue.poll());
    }

    void again(Due due, Instant at) {
        queue.add(new Due(at, due.day(), due.domain()));
    }

    /** When there is something to do again. */
    Instant wakes(Instant now) {
        Instant plans = Days.end(lastDay(now).plusDays(1)).plus(AFTER_MIDNIGHT);
        Due first = queue.peek();
        return first == null || first.at().isAfter(plans) ? plans : first.at();
    }
}
