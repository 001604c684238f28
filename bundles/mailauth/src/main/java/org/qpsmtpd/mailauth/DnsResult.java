package org.qpsmtpd.mailauth;

import java.util.List;

/**
 * What the DNS says to a question.
 *
 * @param status how it was answered
 * @param records in the order that {@link Dns} tells, else as received; empty unless FOUND
 * @param <T> what a record holds
 */
public record DnsResult<T>(Status status, List<T> records) {
    /** How a question was answered. */
    public enum Status {
        /** There are records. */
        FOUND,
        /** The name exists, or names below it do, but it has no record of that type. */
        NO_DATA,
        /** The name does not exist. */
        NO_NAME,
        /** No usable answer, such as a time-out or a server's failure. Ask again later. */
        FAILED
    }

    /**
     * Copies the records.
     *
     * @throws IllegalArgumentException when there are records without FOUND, or none with it
     */
    public DnsResult {
        records = List.copyOf(records);
        if (records.isEmpty() == (status == Status.FOUND)) {
            throw new IllegalArgumentException(status + " with " + records.size() + " records");
        }
    }

    /** There are these records; with an empty list, none. */
    public static <T> DnsResult<T> of(List<T> records) {
        return new DnsResult<>(records.isEmpty() ? Status.NO_DATA : Status.FOUND, records);
    }

    /** There are no records, for that reason. */
    public static <T> DnsResult<T> none(Status status) {
        return new DnsResult<>(status, List.of());
    }

    /** Whether there are records. */
    public boolean isFound() {
        return status == Status.FOUND;
    }

    /** Whether it is known that there are no records. */
    public boolean isVoid() {
        return status == Status.NO_DATA || status == Status.NO_NAME;
    }

    /** Whether nothing is known, and a later question may be answered. */
    public boolean isFailed() {
        return status == Status.FAILED;
    }
}
