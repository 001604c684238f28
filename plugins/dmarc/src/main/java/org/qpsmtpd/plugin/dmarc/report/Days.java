package org.qpsmtpd.plugin.dmarc.report;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Days of reports, which are those of UTC. */
final class Days {
    /** How long what was gathered is kept after its day. */
    private static final Duration KEPT = Duration.ofDays(7);

    private Days() {}

    static LocalDate of(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
    }

    static Instant begin(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    static Instant end(LocalDate day) {
        return begin(day.plusDays(1));
    }

    /** How long an entry of a day lasts. */
    static Duration life(LocalDate day, Instant now) {
        Duration life = Duration.between(now, end(day).plus(KEPT));
        return life.compareTo(Duration.ofHours(1)) < 0 ? Duration.ofHours(1) : life;
    }

    /**
     * Reads {@code 2026-05-01}.
     *
     * @throws IllegalArgumentException when it is no day
     */
    static LocalDate parse(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("'" + text + "' is no day such as 2026-05-01", e);
        }
    }
}
