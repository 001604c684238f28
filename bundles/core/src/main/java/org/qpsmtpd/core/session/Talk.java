package org.qpsmtpd.core.session;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.log.LogRouter;

/** What is said to a client, and of it in the log and the record, until the connection closes. */
final class Talk {
    private final Engine engine;
    private final Wire wire;
    private final SmtpConnection connection;
    private final Diary diary;
    private boolean closing;
    private boolean gone;

    Talk(Engine engine, Wire wire, SmtpConnection connection, Diary diary) {
        this.engine = engine;
        this.wire = wire;
        this.connection = connection;
        this.diary = diary;
    }

    Wire wire() {
        return wire;
    }

    Diary diary() {
        return diary;
    }

    /** Sends a reply. */
    void reply(Reply reply) {
        if (gone) {
            return;
        }
        show(reply);
        diary.replied(reply, connection.transaction());
        send(reply);
    }

    /** In the log, before the record tells what became of the message. */
    private void show(Reply reply) {
        if (shows(LogLevel.INFO)) {
            reply.logLines().forEach(line -> log(LogLevel.INFO, line));
        }
    }

    private void send(Reply reply) {
        SmtpTransaction current = connection.transaction();
        wire.send(reply, current != null && current.smtpUtf8());
    }

    /**
     * Tells what became of a message.
     *
     * @param each a reply for each recipient; empty where one reply is for all
     * @param whole the reply for all; in the record in any case
     * @param ends whether it follows those for each recipient (PRDR), which 353 begins then
     */
    void tell(List<Reply> each, Reply whole, boolean ends) {
        if (each.isEmpty()) {
            reply(whole);
            return;
        }
        if (gone) {
            return;
        }
        List<Reply> all = new ArrayList<>(each);
        if (ends) {
            all.add(0, Replies.EACH_FOLLOWS);
            all.add(whole);
        }
        all.forEach(this::show);
        diary.replied(whole, connection.transaction());
        all.forEach(this::send);
    }

    /**
     * Sends a plugin's refusal.
     *
     * @param code the hook's reply code, unless the plugin gave its own
     * @param subjectDetail end of the enhanced code, unless the text names one
     * @param usual the text when the plugin gave none
     */
    void refuse(HookResult result, int code, String subjectDetail, String usual) {
        String text = result.text().isEmpty() ? usual : result.text();
        int own = result.code() == 0 ? code : result.code();
        if (own == 421 && !diary.isMessageArrived()) {
            engine.figures().refusal(own);
        }
        reply(Reply.coded(own, subjectDetail, text));
    }

    /** Sends a plugin's own reply. */
    void done(HookResult result) {
        reply(Reply.coded(result.code(), "0.0", result.text()));
    }

    /** Refuses a line that breaks the framing, and closes. */
    void brokenFraming() {
        log(LogLevel.NOTICE, "bare CR or LF, closing");
        reply(Replies.BARE_LINE_END);
        disconnect();
    }

    /** Says a last word, unless one was said, and closes. */
    void end(Reply last) {
        if (!closing) {
            reply(last);
            disconnect();
        }
    }

    /** Ends the session from our side: what is ready is sent, then the connection closes. */
    void disconnect() {
        if (!closing) {
            closing = true;
            if (shows(LogLevel.INFO)) {
                log(LogLevel.INFO, "click, disconnecting");
            }
            wire.close();
        }
    }

    /** Ends a session in which nothing was said: closes without a word. */
    void drop() {
        closing = true;
        wire.drop();
    }

    /** Whether we have ended it. */
    boolean isClosing() {
        return closing;
    }

    /** Nobody is there any more. */
    void setGone() {
        gone = true;
    }

    boolean isGone() {
        return gone;
    }

    boolean shows(LogLevel level) {
        return router().shows(level);
    }

    void log(LogLevel level, String text) {
        router().log(level, connection.id(), text);
    }

    LogRouter router() {
        return engine.log();
    }
}
