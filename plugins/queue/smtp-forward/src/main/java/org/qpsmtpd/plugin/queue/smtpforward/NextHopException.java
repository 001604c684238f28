package org.qpsmtpd.plugin.queue.smtpforward;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The next hop cannot be used now. It says nothing about the message, which is deferred. */
class NextHopException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /** A reason fit for the client: printable, bounded, without names of ours. */
    NextHopException(String reason) {
        this(reason, null);
    }

    NextHopException(String reason, @Nullable Throwable cause) {
        super(reason, cause);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    /** The reason, and the cause when there is one, for the log. */
    String detail() {
        Throwable cause = getCause();
        return cause == null ? reason : reason + " (" + cause + ")";
    }

    /** TLS was agreed on and could not be set up. */
    static final class Tls extends NextHopException {
        private static final long serialVersionUID = 1L;

        Tls(Throwable cause) {
            super("TLS with the next hop failed", cause);
        }
    }
}
