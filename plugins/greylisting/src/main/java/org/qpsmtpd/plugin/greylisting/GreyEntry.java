package org.qpsmtpd.plugin.greylisting;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.qpsmtpd.api.service.StoredValue;

/**
 * What is known of a sender, in qpsmtpd's form {@code TIME:NEW:BLACK:WHITE}.
 *
 * @param time of the first try, then of the last message that passed, in seconds of the epoch
 * @param fresh 1 once it was seen
 * @param black how many tries came too early
 * @param white how many messages passed; 0 as long as the sender has to come again
 */
record GreyEntry(long time, long fresh, long black, long white) {
    /** Reads a value of the store; absent when it is none of qpsmtpd's form. */
    static Optional<GreyEntry> parse(String value) {
        String[] fields = value.split(":", -1);
        if (fields.length < 4) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new GreyEntry(
                            number(fields[0]),
                            number(fields[1]),
                            number(fields[2]),
                            number(fields[3])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static long number(String text) {
        return text.isEmpty() ? 0 : Math.max(0, Long.parseLong(text));
    }

    /** Whether the message passes. */
    boolean passes() {
        return white > 0;
    }

    /** Whether this is the first message of the sender that passes. */
    boolean passesFirst() {
        return white == 1;
    }

    /** What becomes of an entry with one more message, and how long it is kept then. */
    static StoredValue next(Optional<StoredValue> stored, Instant now, Terms terms) {
        long time = now.getEpochSecond();
        Optional<GreyEntry> known = stored.flatMap(value -> parse(value.value()));
        return known.flatMap(entry -> entry.again(time, terms))
                .orElseGet(() -> new GreyEntry(time, 1, 0, 0).keptFor(terms.greyLife()));
    }

    /** Absent when the entry is too old to count. */
    private Optional<StoredValue> again(long now, Terms terms) {
        long age = now - time;
        if (age >= (white > 0 ? terms.white() : terms.greyLife())) {
            return Optional.empty();
        }
        if (white == 0 && age < terms.black()) {
            long left = Math.min(terms.greyLife() - age, terms.greyLife());
            return Optional.of(new GreyEntry(time, fresh, black + 1, 0).keptFor(left));
        }
        return Optional.of(new GreyEntry(now, fresh, black, white + 1).keptFor(terms.white()));
    }

    private StoredValue keptFor(long seconds) {
        return new StoredValue(toString(), Duration.ofSeconds(Math.max(1, seconds)));
    }

    @Override
    public String toString() {
        return time + ":" + fresh + ":" + black + ":" + white;
    }
}
