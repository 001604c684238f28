package org.qpsmtpd.plugin.queue.spool;

import java.time.Instant;

/**
 * A message that waits, as far as it decides whose turn it is. Immutable.
 *
 * @param id its name in the spool
 * @param octets of its file, about
 * @param arrival when it was taken
 * @param priority the higher goes first
 * @param next when it may be tried
 * @param deadline when something must be done about it though it cannot be tried
 * @param isHeld whether it waits for an administrator
 */
record Entry(
        String id,
        long octets,
        Instant arrival,
        int priority,
        Instant next,
        Instant deadline,
        boolean isHeld) {
    /** That of a message. */
    static Entry of(String id, long octets, Envelope envelope, Progress progress, Terms terms) {
        return new Entry(
                id,
                octets,
                envelope.arrival(),
                envelope.priority(),
                progress.next(),
                terms.deadline(envelope, progress),
                progress.isHeld());
    }

    /** The same, not before a moment, whatever there is to be done. */
    Entry notBefore(Instant moment) {
        Instant later = deadline.isAfter(moment) ? deadline : moment;
        return new Entry(id, octets, arrival, priority, moment, later, isHeld);
    }

    /** The same, to be tried at a moment. */
    Entry at(Instant moment) {
        return new Entry(id, octets, arrival, priority, moment, deadline, isHeld);
    }
}
