package org.qpsmtpd.core.session;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.core.chain.Outcome;
import org.qpsmtpd.core.record.SessionLog;

/** Writes down what happens in a session: answers, refusals, and what becomes of its messages. */
final class Diary {
    private static final int MOST_RECIPIENTS_SHOWN = 20;

    private final SessionLog log;
    private final MailFigures figures;
    private final News news;
    private @Nullable SmtpTransaction arrived;
    private int messages;

    Diary(SessionLog log, MailFigures figures, News news) {
        this.log = log;
        this.figures = figures;
        this.news = news;
    }

    SessionLog log() {
        return log;
    }

    /** When the client connected. */
    Instant began() {
        return log.began();
    }

    /** How many messages have come. */
    int messages() {
        return messages;
    }

    /** A plugin has answered, or not. */
    void decided(Outcome outcome, @Nullable SmtpTransaction current) {
        news.decided(
                log.add(
                        messageId(current),
                        outcome.hook(),
                        outcome.plugin(),
                        outcome.version(),
                        outcome.answer(),
                        outcome.text(),
                        outcome.reason(),
                        outcome.began(),
                        outcome.nanos()));
        if (current != null) {
            current.opinions().takeRemarks().forEach(remark -> remarked(remark, outcome, current));
        }
    }

    private void remarked(Remarks.Remark remark, Outcome outcome, SmtpTransaction current) {
        news.decided(
                log.add(
                        messageId(current),
                        outcome.hook(),
                        outcome.plugin(),
                        outcome.version(),
                        remark.answer(),
                        remark.text(),
                        remark.reason(),
                        outcome.began(),
                        0));
    }

    private static String messageId(@Nullable SmtpTransaction message) {
        return message != null && message.isBegun() ? message.id() : "";
    }

    /** A message is there: the next reply tells what became of it. */
    void messageArrived(SmtpTransaction message) {
        messages++;
        arrived = message;
    }

    /** Whether the next reply tells what became of a message. */
    boolean isMessageArrived() {
        return arrived != null;
    }

    /** The client goes on without having had a reply. */
    void nextCommand() {
        arrived = null;
        news.withoutReply();
    }

    /** Notes a reply, unless it says only that all is well. */
    void replied(Reply reply, @Nullable SmtpTransaction current) {
        SmtpTransaction message = arrived;
        if (message == null) {
            figures.reply(reply.code());
        } else {
            figures.message(reply.code());
        }
        if (message != null || reply.code() >= 400) {
            String line = reply.logLines().get(0);
            news.decided(
                    log.replied(
                            messageId(message == null ? current : message), line, message != null));
            arrived = null;
            if (message != null) {
                news.replied(line);
            }
        }
    }

    /** A transaction is over. */
    void ended(SmtpTransaction message) {
        if (message.hasSender()) {
            news.over(log.addMessage(describe(message)), arrived == null);
        }
    }

    /** The session is over. */
    void close() {
        news.withoutReply();
    }

    private static MessageRecord describe(SmtpTransaction message) {
        List<String> recipients = new ArrayList<>();
        for (Recipient recipient : message.recipientList().all()) {
            if (recipients.size() < MOST_RECIPIENTS_SHOWN) {
                recipients.add(recipient.address().address());
            }
        }
        return new MessageRecord(
                message.id(),
                message.sender().address(),
                recipients,
                message.recipientList().all().size(),
                message.hasHeaders() ? message.messageSize() : -1,
                "");
    }

    /** All of it as it is now. */
    SessionRecord snapshot(String remoteHost, boolean over, @Nullable SmtpTransaction current) {
        boolean open = current != null && current.hasSender();
        return log.snapshot(remoteHost, over, open && current != null ? describe(current) : null);
    }
}
