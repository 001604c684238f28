package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The next hop cannot be used now. It says nothing about the message, which is deferred. */
class NextHopException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final String status;
    private boolean inSession;
    private boolean afterTheEnd;

    /** The next hop answers, but not so that a message can be sent. */
    NextHopException(String reason) {
        this(reason, "4.3.0", null);
    }

    /**
     * @param reason fit for the client: printable, bounded, without names of ours
     * @param status RFC 3463 code
     */
    NextHopException(String reason, String status, @Nullable Throwable cause) {
        super(reason, cause);
        this.reason = reason;
        this.status = status;
    }

    /** Says that the next hop had taken up a session. */
    void setInSession() {
        inSession = true;
    }

    /** Says that the end of the message had been sent: it may have been taken. */
    void setAfterTheEnd() {
        afterTheEnd = true;
    }

    boolean isAfterTheEnd() {
        return afterTheEnd;
    }

    /** What is said of it in a report. */
    HopAnswer answer(String place) {
        return new HopAnswer(place, 0, status, reason, inSession, Set.of());
    }

    /** What the client reads. */
    String text() {
        return "Unable to queue message (" + reason + ") (#" + status + ")";
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
            super("TLS with the next hop failed", "4.7.5", cause);
        }
    }
}
