package org.qpsmtpd.brokers;

/**
 * A part of the envelope, for a header or a property of the broker's message.
 *
 * @param name lower-case letters and {@code -}; that of recipients is there once for each
 * @param value any text without control characters; may be empty
 */
public record EnvelopeField(String name, String value) {
    /** Takes control characters, and other ends of lines, out of the value. */
    public EnvelopeField {
        value = value.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
    }
}
