package org.qpsmtpd.core.session;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionMoment;
import org.qpsmtpd.api.session.TlsInfo;
import org.qpsmtpd.core.log.LogRouter;

/** Tells the logging plugins what happens in a session, those that take it. */
final class News {
    private final LogRouter router;
    private final SmtpConnection connection;
    private @Nullable MessageRecord awaitingReply;

    News(LogRouter router, SmtpConnection connection) {
        this.router = router;
        this.connection = connection;
    }

    void decided(Decision decision) {
        if (router.takesDecisions()) {
            router.decided(moment(), decision);
        }
    }

    /**
     * The transaction of a message is over.
     *
     * @param last whether the client has its reply, or none will come
     */
    void over(MessageRecord message, boolean last) {
        withoutReply();
        if (last) {
            tell(message);
        } else {
            awaitingReply = message;
        }
    }

    /** The client has read what became of the message whose transaction is over. */
    void replied(String line) {
        MessageRecord message = awaitingReply;
        awaitingReply = null;
        if (message != null) {
            tell(
                    new MessageRecord(
                            message.id(),
                            message.sender(),
                            message.recipients(),
                            message.recipientCount(),
                            message.octets(),
                            line));
        }
    }

    /** No reply will come for the message whose transaction is over. */
    void withoutReply() {
        MessageRecord message = awaitingReply;
        awaitingReply = null;
        if (message != null) {
            tell(message);
        }
    }

    private void tell(MessageRecord message) {
        if (router.takesDecisions()) {
            router.messageOver(moment(), message);
        }
    }

    private SessionMoment moment() {
        return new SessionMoment(
                Instant.now(),
                connection.id(),
                connection.remoteIp(),
                connection.remoteHost(),
                connection.helloHost(),
                connection.authUser(),
                connection.tls().map(TlsInfo::protocol).orElse(""));
    }
}
