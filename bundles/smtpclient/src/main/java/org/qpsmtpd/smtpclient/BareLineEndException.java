package org.qpsmtpd.smtpclient;

import java.io.IOException;

/** The message has a CR without LF or an LF without CR, which must not be sent (RFC 5321 2.3.8). */
public final class BareLineEndException extends IOException {
    private static final long serialVersionUID = 1L;

    /** An exception for a whole message. */
    public BareLineEndException() {
        super("bare CR or LF in the message");
    }
}
