package org.qpsmtpd.api.session;

/** How the client greeted. */
public enum Hello {
    /** Not yet, or the greeting is still being decided. */
    NONE,
    /** With HELO. */
    HELO,
    /** With EHLO. */
    EHLO,
    /** With LHLO, the greeting of LMTP (RFC 2033). */
    LHLO;

    /** Whether the client knows extensions: it said EHLO, or LHLO. */
    public boolean isExtended() {
        return this == EHLO || this == LHLO;
    }
}
