package org.qpsmtpd.core.log;

import java.util.function.Consumer;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionMoment;

/**
 * Something that happened in a session, on its way to the logging plugins that take it.
 *
 * @param telling tells a plugin
 * @param weight about how many octets of memory it takes
 */
record SessionEvent(Consumer<LoggingHook> telling, long weight) {
    private static final int USUAL = 400;

    static SessionEvent of(SessionMoment session, Decision decision) {
        return new SessionEvent(
                logger -> logger.onDecision(session, decision),
                USUAL + decision.text().length() + decision.reason().length());
    }

    static SessionEvent of(SessionMoment session, MessageRecord message) {
        long weight = USUAL;
        for (String recipient : message.recipients()) {
            weight += 50 + recipient.length();
        }
        return new SessionEvent(logger -> logger.onMessage(session, message), weight);
    }
}
