package org.qpsmtpd.api.mail;

/** Which addresses are accepted. */
public enum AddressSyntax {
    /** RFC 5321 in ASCII. */
    STRICT,
    /** RFC 5321 with the UTF-8 of RFC 6531 in local part and domain. */
    STRICT_UTF8,
    /**
     * As STRICT, and a local part may hold spaces, several {@code @} and dots anywhere, as qpsmtpd
     * allows.
     */
    LENIENT,
    /** LENIENT with UTF-8. */
    LENIENT_UTF8;

    boolean lenient() {
        return this == LENIENT || this == LENIENT_UTF8;
    }

    boolean utf8() {
        return this == STRICT_UTF8 || this == LENIENT_UTF8;
    }
}
