package org.qpsmtpd.plugin.karma;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.qpsmtpd.api.service.StoredValue;

/**
 * What is remembered of a client, in qpsmtpd's form {@code PENALTY:NAUGHTY:NICE:CONNECTS}, behind
 * which stands when it was last seen.
 *
 * @param penalty when the penalty began, in seconds of the epoch; 0 without one
 * @param naughty how many connections were
 * @param nice how many connections were
 * @param connects how many connections were counted
 * @param seen when a connection was counted last, in seconds of the epoch; 0 when not known
 */
record KarmaRecord(long penalty, long naughty, long nice, long connects, long seen) {
    static final KarmaRecord NONE = new KarmaRecord(0, 0, 0, 0, 0);

    private static final long DAY_SECONDS = 86_400;

    /** For how long a client is remembered that does not come again. */
    private static final Duration LIFE = Duration.ofDays(365);

    /** No penalty of a client without any nice connection lasts longer. */
    private static final long MOST_BONUS_DAYS = 365;

    private static final long BAD_HISTORY = -5;

    /** Reads a value of the store; what is no number counts as 0. */
    static KarmaRecord parse(String value) {
        String[] fields = value.split(":", -1);
        return new KarmaRecord(
                field(fields, 0),
                field(fields, 1),
                field(fields, 2),
                field(fields, 3),
                field(fields, 4));
    }

    static KarmaRecord of(Optional<StoredValue> stored) {
        return stored.map(value -> parse(value.value())).orElse(NONE);
    }

    private static long field(String[] fields, int at) {
        if (at >= fields.length) {
            return 0;
        }
        String digits = fields[at].strip();
        int dot = digits.indexOf('.');
        try {
            return Math.max(0, Long.parseLong(dot < 0 ? digits : digits.substring(0, dot)));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Nice connections less naughty ones. */
    int history() {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, nice - naughty));
    }

    /** Whether any connection was nice or naughty. */
    boolean isJudged() {
        return nice > 0 || naughty > 0;
    }

    /** Days of a penalty that are left; 0 or less when it is over or there is none. */
    double penaltyLeft(Instant now, double penaltyDays) {
        double age = (now.getEpochSecond() - penalty) / (double) DAY_SECONDS;
        return penalty == 0 ? 0 : penaltyDays - age;
    }

    KarmaRecord connected(Instant now) {
        return new KarmaRecord(penalty, naughty, nice, connects + 1, now.getEpochSecond());
    }

    KarmaRecord nicer() {
        return new KarmaRecord(penalty, naughty, nice + 1, connects, seen);
    }

    /**
     * One more naughty connection.
     *
     * @param negative how far below zero the history is when a penalty begins
     */
    KarmaRecord naughtier(Instant now, int negative) {
        KarmaRecord worse = new KarmaRecord(penalty, naughty + 1, nice, connects, seen);
        return worse.history() > -negative ? worse : worse.punished(now);
    }

    private KarmaRecord punished(Instant now) {
        boolean bonus = nice == 0 && history() < BAD_HISTORY;
        long days = bonus ? Math.min(-(long) history(), MOST_BONUS_DAYS) : 0;
        return withPenalty(now.getEpochSecond() + days * DAY_SECONDS);
    }

    /** A penalty from now on, and one more naughty connection. */
    KarmaRecord captured(Instant now) {
        long time = now.getEpochSecond();
        return new KarmaRecord(time, naughty + 1, nice, connects, time);
    }

    /** No penalty, and no naughty connection. */
    KarmaRecord released() {
        return new KarmaRecord(0, 0, nice, connects, seen);
    }

    private KarmaRecord withPenalty(long start) {
        return new KarmaRecord(start, naughty, nice, connects, seen);
    }

    /** As it is stored: for a year, and for longer when a penalty ends in the future. */
    StoredValue stored(Instant now) {
        long ahead = Math.max(0, penalty - now.getEpochSecond());
        return new StoredValue(toString(), LIFE.plusSeconds(Math.min(ahead, LIFE.toSeconds())));
    }

    @Override
    public String toString() {
        return penalty + ":" + naughty + ":" + nice + ":" + connects + ":" + seen;
    }
}
