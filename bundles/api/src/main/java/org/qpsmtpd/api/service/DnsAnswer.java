package org.qpsmtpd.api.service;

import java.util.List;

/**
 * Answer to a DNS question.
 *
 * @param status what the name servers said
 * @param records the records asked for, in the order of {@link DnsType}, else as received; empty
 *     unless the status is FOUND
 * @param isAuthenticated whether a name server that the configuration trusts says that it checked
 *     the answer's signatures (AD, RFC 4035, 3.2.3)
 * @param <T> what a record holds
 */
public record DnsAnswer<T>(Status status, List<T> records, boolean isAuthenticated) {
    /** What the name servers said. */
    public enum Status {
        /** There are records. */
        FOUND,
        /** The name exists, but has no record of that type. */
        NO_DATA,
        /** The name does not exist. */
        NO_NAME,
        /** No usable answer: time-out, refusal, or server failure. Ask again later. */
        FAILED
    }

    /**
     * Copies the records.
     *
     * @throws IllegalArgumentException when there are records without FOUND, or none with it
     */
    public DnsAnswer {
        records = List.copyOf(records);
        if (records.isEmpty() == (status == Status.FOUND)) {
            throw new IllegalArgumentException(status + " with " + records.size() + " records");
        }
    }

    /** An answer that nobody vouches for. */
    public DnsAnswer(Status status, List<T> records) {
        this(status, records, false);
    }

    /** There are these records; with an empty list, none. */
    public static <T> DnsAnswer<T> of(List<T> records) {
        return new DnsAnswer<>(records.isEmpty() ? Status.NO_DATA : Status.FOUND, records);
    }

    /** There are no records, for that reason. */
    public static <T> DnsAnswer<T> none(Status status) {
        return new DnsAnswer<>(status, List.of());
    }

    /** Whether there are records. */
    public boolean isFound() {
        return status == Status.FOUND;
    }

    /** Whether nothing is known, and a later question may be answered. */
    public boolean isFailed() {
        return status == Status.FAILED;
    }
}
