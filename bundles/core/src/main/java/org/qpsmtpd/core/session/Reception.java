package org.qpsmtpd.core.session;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataHeadersEndHook;
import org.qpsmtpd.api.hook.DataHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.message.DataDecoder;
import org.qpsmtpd.core.message.HeaderBlock;
import org.qpsmtpd.core.message.StoredBody;

/** How a message is received, whichever verb brings it: begun, its header judged, complete. */
abstract class Reception implements MessageInput.Owner {
    protected final Turn turn;
    protected final Talk talk;
    protected final Transactions transactions;
    protected final Arrival arrival;
    private final Judgement judgement;
    private boolean headersAsked;
    private @Nullable MessageInput waiting;

    Reception(Judgement judgement) {
        this.judgement = judgement;
        transactions = judgement.transactions();
        turn = transactions.turn();
        talk = turn.talk();
        arrival = turn.smtp().arrival();
    }

    /** All octets that the verb promised have come, and the header is judged. */
    protected abstract void arrived(MessageInput done);

    /** Asks the plugins whether a message may begin. */
    protected final void askData(Consumer<HookResult> then) {
        turn.ask(HookPoint.DATA, DataHook.class, hook -> hook.onData(transactions.current()), then);
    }

    protected final void begin(DataDecoder decoder) {
        Settings settings = turn.settings();
        arrival.begin(
                new MessageInput(
                        transactions.current().storedBody(),
                        decoder,
                        new MessageInput.Limits(
                                settings.maxOctets(),
                                settings.inMemory(),
                                settings.inPlenty(),
                                turn.engine().budget()),
                        turn.children(),
                        turn.loop(),
                        this));
    }

    protected final @Nullable Reply missingEnvelope() {
        SmtpTransaction transaction = transactions.current();
        if (!transaction.hasSender()) {
            return Replies.MAIL_FIRST;
        }
        return transaction.recipientList().all().size() == 0 ? Replies.RCPT_FIRST : null;
    }

    /** Answers with what a plugin said to the beginning of the message. */
    protected final void refuse(HookResult result) {
        Action action = result.action();
        boolean later = action.isTemporary();
        transactions.reset(
                () -> {
                    if (action == Action.DONE) {
                        talk.done(result);
                        return;
                    }
                    talk.refuse(
                            result,
                            later ? 451 : 554,
                            "7.1",
                            later ? "Message denied temporarily" : "Message denied");
                    if (action.disconnects()) {
                        talk.disconnect();
                    }
                });
    }

    protected final MessageReplies replies() {
        return judgement.replies();
    }

    @Override
    public final void pieceWritten() {
        talk.wire().resume();
    }

    @Override
    public final void headerComplete() {
        if (!turn.plugins().has(HookPoint.DATA_HEADERS_END)) {
            return;
        }
        SmtpTransaction transaction = transactions.current();
        StoredBody body = transaction.storedBody();
        transaction.setHeaders(new HeaderBlock(body.keepHeader(), body.headerLength()));
        headersAsked = true;
        transaction.bodyFeed().open();
        arrival.current().hold();
        turn.ask(
                HookPoint.DATA_HEADERS_END,
                DataHeadersEndHook.class,
                hook -> hook.onDataHeadersEnd(transaction),
                this::headersAnswered);
    }

    @Override
    public final void grown() {
        if (!headersAsked) {
            SmtpTransaction transaction = transactions.current();
            transaction.bodyFeed().give(turn, turn.plugins().plugins(), transaction.storedBody());
        }
    }

    private void headersAnswered(HookResult result) {
        headersAsked = false;
        transactions.current().bodyFeed().close();
        MessageInput arrived = waiting;
        waiting = null;
        if (result.action().disconnects() && arrival.isReceiving()) {
            boolean later = result.action().isTemporary();
            arrival.end();
            talk.refuse(
                    result,
                    later ? 421 : 554,
                    "7.1",
                    later ? "Message denied temporarily" : "Message denied");
            talk.disconnect();
            return;
        }
        grown();
        if (arrival.isReceiving()) {
            arrival.current().letGo();
        }
        if (arrived != null) {
            arrived.chunkDone();
        }
    }

    @Override
    public void finished(MessageInput done) {
        if (!arrival.isOf(done)) {
            return;
        }
        if (headersAsked) {
            waiting = done; // one hook at a time: goes on when the header is judged
            return;
        }
        arrived(done);
    }

    /** The whole message is there. */
    protected final void complete(MessageInput done) {
        SmtpTransaction transaction = transactions.current();
        talk.diary().messageArrived(transaction);
        Reply fault = faultOf(done);
        if (fault != null) {
            replies().tell(transaction, fault, () -> {});
        } else {
            judgement.begin(transaction);
        }
    }

    protected final @Nullable Reply faultOf(MessageInput done) {
        return switch (done.fault()) {
            case NONE -> null;
            case TOO_BIG -> {
                talk.log(LogLevel.ALERT, "Message too big!");
                yield Replies.MESSAGE_TOO_BIG;
            }
            case HEADER_TOO_BIG -> Replies.HEADER_TOO_BIG;
            case NO_MEMORY -> Replies.NO_MEMORY;
            case BARE_LINE_END -> Replies.BARE_IN_CHUNK;
            case SPOOL -> {
                talk.log(
                        LogLevel.ERROR,
                        "cannot write to spool directory "
                                + turn.engine().spool().directory()
                                + ": "
                                + done.spoolProblem());
                yield Replies.NO_SPOOL;
            }
        };
    }
}
