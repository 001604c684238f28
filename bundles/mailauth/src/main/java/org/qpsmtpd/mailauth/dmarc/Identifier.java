package org.qpsmtpd.mailauth.dmarc;

/**
 * A domain that SPF or DKIM have found to be responsible for the message.
 *
 * @param method who says so
 * @param domain in letters of any language and case
 * @param isSure whether it is so; false when that may turn out later, since the DNS did not answer
 */
public record Identifier(Method method, String domain, boolean isSure) {
    /** How it was found. */
    public enum Method {
        /** SPF of the sender; for the null sender, of the name in HELO (RFC 7208 section 2.4). */
        SPF,
        /** The {@code d=} of a signature. */
        DKIM
    }

    /** A domain that is sure. */
    public static Identifier pass(Method method, String domain) {
        return new Identifier(method, domain, true);
    }

    /** A domain that may turn out to be responsible later. */
    public static Identifier temporary(Method method, String domain) {
        return new Identifier(method, domain, false);
    }
}
