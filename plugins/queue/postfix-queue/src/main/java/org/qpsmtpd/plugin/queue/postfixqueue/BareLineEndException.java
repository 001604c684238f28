package org.qpsmtpd.plugin.queue.postfixqueue;

import java.io.IOException;

/** The message has a CR without LF or an LF without CR. */
final class BareLineEndException extends IOException {
    private static final long serialVersionUID = 1L;

    BareLineEndException() {
        super("bare CR or LF in the message");
    }
}
