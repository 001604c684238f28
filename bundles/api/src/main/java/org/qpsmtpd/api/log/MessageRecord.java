package org.qpsmtpd.api.log;

import java.util.List;

/**
 * What became of one message of a session.
 *
 * @param id id of its transaction, which begins with the id of the connection
 * @param sender the envelope sender without angle brackets, empty for the null sender
 * @param recipients the recipients that were accepted, the first twenty
 * @param recipientCount how many recipients were accepted
 * @param octets its size as received; -1 while none was received
 * @param outcome the reply to its last octet, with the code; empty while there is none
 */
public record MessageRecord(
        String id,
        String sender,
        List<String> recipients,
        int recipientCount,
        long octets,
        String outcome) {
    /** Copies the list. */
    public MessageRecord {
        recipients = List.copyOf(recipients);
    }
}
