package org.qpsmtpd.plugin.queue.smtpforward;

import java.io.IOException;

/** The message has a CR without LF or an LF without CR, which must not be sent (RFC 5321 2.3.8). */
final class BareLineEndException extends IOException {
    private static final long serialVersionUID = 1L;

    BareLineEndException() {
        super("bare CR or LF in the message");
    }
}
