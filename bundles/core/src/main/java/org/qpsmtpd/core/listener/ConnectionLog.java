package org.qpsmtpd.core.listener;

import java.io.IOException;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.log.LogText;

/** What is said in the log about sockets, not about their sessions. */
final class ConnectionLog {
    private final LogRouter log;

    ConnectionLog(LogRouter log) {
        this.log = log;
    }

    void failed(String connectionId, Throwable cause) {
        if (cause instanceof IOException) {
            log.log(LogLevel.INFO, connectionId, "connection lost: " + cause.getMessage());
        } else {
            String what = LogText.withPlace(cause);
            log.log(LogLevel.CRIT, connectionId, "internal error: " + what);
        }
    }

    void handshakeFailed(String connectionId, Throwable cause) {
        Throwable inner = cause.getCause();
        String why = (inner instanceof IOException ? inner : cause).getMessage();
        log.log(
                LogLevel.NOTICE,
                connectionId,
                "TLS Negotiation Failed: " + (why == null ? "the client is gone" : why));
    }

    void stalled(String connectionId) {
        log.log(LogLevel.NOTICE, connectionId, "the client does not take its replies, closing");
    }

    void headerMissing(String proxy, String why) {
        log.log(LogLevel.NOTICE, "no PROXY header from " + proxy + ": " + why + ", closing");
    }

    void tooMany(String fault) {
        log.log(LogLevel.NOTICE, fault + ", closing");
    }

    /** Whom to believe is not known, so nobody is served. */
    void trustUnknown(String fault, String ip) {
        log.log(LogLevel.CRIT, fault + ", closing " + ip);
    }
}
