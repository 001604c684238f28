package org.qpsmtpd.core.session;

import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.core.message.DataDecoder;

/** The verb DATA. */
final class DataVerb extends Reception {
    DataVerb(Judgement judgement) {
        super(judgement);
    }

    void data(String argument) {
        if (arrival.isChunking()) {
            talk.reply(Reply.of(503, "5.5.1", "BDAT has begun, DATA cannot follow"));
            return;
        }
        if (!argument.isEmpty()) {
            talk.reply(Reply.of(501, "5.5.4", "DATA takes no argument"));
            return;
        }
        SmtpTransaction transaction = transactions.currentOrNull();
        if (transaction != null && transaction.bodyType() == BodyType.BINARY_MIME) {
            talk.reply(Reply.of(503, "5.5.1", "BODY=BINARYMIME needs BDAT"));
            return;
        }
        askData(this::dataAnswered);
    }

    private void dataAnswered(HookResult result) {
        Action action = result.action();
        if (action.refuses() || action == Action.DONE) {
            refuse(result);
            endWhenTalking();
        } else {
            Reply fault = missingEnvelope();
            if (fault != null) {
                talk.reply(fault);
                endWhenTalking();
                return;
            }
            begin(DataDecoder.forData());
            talk.reply(Replies.GO_AHEAD);
            talk.wire().receiveData(arrival.current());
        }
    }

    /**
     * A client that sends on without waiting for the answer to DATA (RFC 2920 section 3.1) may be
     * sending a message; none of its lines may be taken for commands.
     */
    private void endWhenTalking() {
        if (talk.wire().hasInput()) {
            talk.log(LogLevel.NOTICE, "input after a refused DATA, closing");
            talk.disconnect();
        }
    }

    @Override
    public void broken(MessageInput done) {
        arrival.end();
        talk.brokenFraming();
    }

    @Override
    protected void arrived(MessageInput done) {
        arrival.end();
        complete(done);
    }
}
