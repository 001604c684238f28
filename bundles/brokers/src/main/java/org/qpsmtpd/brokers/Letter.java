package org.qpsmtpd.brokers;

import java.util.List;

/**
 * A message for the broker.
 *
 * @param key what its {@link KeyPattern} gives
 * @param octets header, empty line and body, CRLF at the ends of lines; shared by all letters of a
 *     mail, not to be changed
 * @param envelope fields in order
 * @param digest the same for the same mail to the same recipients when its client brings it again;
 *     letters and digits
 */
@SuppressWarnings("ArrayRecordComponent") // the octets are never compared
public record Letter(String key, byte[] octets, List<EnvelopeField> envelope, String digest) {
    /** Copies the list. */
    public Letter {
        envelope = List.copyOf(envelope);
    }
}
