package org.qpsmtpd.api.service;

import java.util.List;

/**
 * Answer to a DNS question.
 *
 * @param status what the name servers said
 * @param records the records asked for, in the order received; empty unless the status is FOUND
 * @param <T> what a record holds
 */
public record DnsAnswer<T>(Status status, List<T> records) {
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

    /** Copies the records. */
    public DnsAnswer {
        records = List.copyOf(records);
    }
}
