package org.qpsmtpd.api.session;

/** How the client greeted. */
public enum Hello {
    /** Not yet, or the greeting is still being decided. */
    NONE,
    /** With HELO. */
    HELO,
    /** With EHLO. */
    EHLO
}
