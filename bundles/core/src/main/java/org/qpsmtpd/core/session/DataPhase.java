package org.qpsmtpd.core.session;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataHeadersEndHook;
import org.qpsmtpd.api.hook.DataHook;
import org.qpsmtpd.api.hook.DataPostHeadersHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.QueuePostHook;
import org.qpsmtpd.api.hook.QueuePreHook;
import org.qpsmtpd.api.hook.ReceivedLineHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.core.message.Characters;
import org.qpsmtpd.core.message.DataDecoder;
import org.qpsmtpd.core.message.HeaderBlock;
import org.qpsmtpd.core.message.StoredBody;
import org.qpsmtpd.core.message.TraceFields;

/**
 * The verbs DATA and BDAT, and what follows the last octet of a message: trace fields, the hooks on
 * the whole message, the queue.
 */
final class DataPhase implements MessageInput.Listener {
    private final Session session;
    private @Nullable MessageInput input;
    private boolean chunking;
    private boolean lastChunk;
    private @Nullable Reply chunkFault;
    private @Nullable HookResult brokenOff;
    private boolean headersAsked;
    private @Nullable MessageInput waiting;

    DataPhase(Session session) {
        this.session = session;
    }

    /** Whether a message is on its way in. */
    boolean isReceiving() {
        return input != null;
    }

    /** How much memory is set aside for the message that arrives, in octets. */
    int held() {
        MessageInput known = input;
        return known == null ? 0 : known.held();
    }

    /** Whether the client sends the message in chunks. */
    boolean isChunking() {
        return chunking;
    }

    /** Whether the message has arrived, but not yet all of it at the disk. */
    boolean isFinishing() {
        MessageInput known = input;
        return known != null && known.isFinishing();
    }

    /** The connection ended: what was coming is incomplete. */
    void aborted() {
        if (input != null) {
            input = null;
            session.log(LogLevel.NOTICE, "Incomplete DATA, connection lost");
        }
    }

    // ---- DATA

    void data(String argument) {
        if (chunking) {
            session.reply(Reply.of(503, "5.5.1", "BDAT has begun, DATA cannot follow"));
            return;
        }
        if (!argument.isEmpty()) {
            session.reply(Reply.of(501, "5.5.4", "DATA takes no argument"));
            return;
        }
        SmtpTransaction transaction = session.transactionOrNull();
        if (transaction != null && transaction.bodyType() == BodyType.BINARY_MIME) {
            session.reply(Reply.of(503, "5.5.1", "BODY=BINARYMIME needs BDAT"));
            return;
        }
        session.ask(
                HookPoint.DATA,
                DataHook.class,
                hook -> hook.onData(session.transaction()),
                this::dataAnswered);
    }

    private void dataAnswered(HookResult result) {
        Action action = result.action();
        if (action.refuses() || action == Action.DONE) {
            refuseData(result);
            endWhenTalking();
        } else {
            Reply fault = missingEnvelope();
            if (fault != null) {
                session.reply(fault);
                endWhenTalking();
                return;
            }
            begin(DataDecoder.forData());
            session.reply(Replies.GO_AHEAD);
            session.wire().receiveData(current());
        }
    }

    /**
     * A client that sends on without waiting for the answer to DATA (RFC 2920 section 3.1) may be
     * sending a message; none of its lines may be taken for commands.
     */
    private void endWhenTalking() {
        if (session.wire().hasInput()) {
            session.log(LogLevel.NOTICE, "input after a refused DATA, closing");
            session.disconnect();
        }
    }

    private void refuseData(HookResult result) {
        Action action = result.action();
        boolean later = action.isTemporary();
        session.reset(
                () -> {
                    if (action == Action.DONE) {
                        session.done(result);
                        return;
                    }
                    session.refuse(
                            result,
                            later ? 451 : 554,
                            "7.1",
                            later ? "Message denied temporarily" : "Message denied");
                    if (action.disconnects()) {
                        session.disconnect();
                    }
                });
    }

    private @Nullable Reply missingEnvelope() {
        SmtpTransaction transaction = session.transaction();
        if (!transaction.hasSender()) {
            return Replies.MAIL_FIRST;
        }
        return transaction.recipientCount() == 0 ? Replies.RCPT_FIRST : null;
    }

    private void begin(DataDecoder decoder) {
        Settings settings = session.settings();
        input =
                new MessageInput(
                        session.transaction().storedBody(),
                        decoder,
                        new MessageInput.Limits(
                                settings.maxOctets(),
                                settings.inMemory(),
                                session.engine().budget()),
                        session.children(),
                        session.wire(),
                        this);
    }

    private MessageInput current() {
        MessageInput known = input;
        if (known == null) {
            throw new IllegalStateException("no message is on its way in");
        }
        return known;
    }

    // ---- BDAT, RFC 3030

    void bdat(String argument) {
        String[] words = argument.split("[ \t]+", -1);
        boolean last = words.length == 2 && words[1].equalsIgnoreCase("LAST");
        String size = words[0];
        boolean number = size.length() <= 18 && Characters.areDigits(size);
        if (!number || (words.length == 2 && !last) || words.length > 2) {
            // Where the chunk would end is not known, so nothing after this can be trusted.
            session.reply(Reply.of(501, "5.5.4", "BDAT takes a size and maybe LAST"));
            session.disconnect();
            return;
        }
        lastChunk = last;
        long octets = Long.parseLong(size);
        if (chunking) {
            session.wire().receiveChunk(current(), octets);
            return;
        }
        chunking = true;
        chunkFault = null;
        session.ask(
                HookPoint.DATA,
                DataHook.class,
                hook -> hook.onData(session.transaction()),
                result -> firstChunk(result, octets));
    }

    private void firstChunk(HookResult result, long octets) {
        BodyType type = session.transaction().bodyType();
        chunkFault = missingEnvelope();
        boolean stops = result.action().refuses() || result.action() == Action.DONE;
        brokenOff = stops ? result : null;
        begin(DataDecoder.forChunks(type == BodyType.BINARY_MIME));
        if (chunkFault != null || brokenOff != null) {
            current().drop();
        } else {
            session.transaction().beginMessage();
        }
        session.wire().receiveChunk(current(), octets);
    }

    private void chunkFinished(MessageInput done) {
        HookResult refusal = brokenOff;
        Reply fault = chunkFault;
        if (refusal != null || fault != null) {
            endChunks();
            if (refusal != null) {
                refuseData(refusal);
            } else if (fault != null) {
                session.reply(fault);
            }
            return;
        }
        if (!lastChunk) {
            chunkAnswer(done);
            return;
        }
        endChunks();
        complete(done);
    }

    private void chunkAnswer(MessageInput done) {
        Reply fault = faultOf(done);
        if (fault != null) {
            endChunks();
            session.reset(() -> session.reply(fault));
        } else {
            session.reply(Reply.of(250, "2.0.0", "chunk received"));
        }
    }

    private void endChunks() {
        chunking = false;
        input = null;
        brokenOff = null;
        chunkFault = null;
    }

    /** A RSET, MAIL or EHLO between chunks gives the message up. */
    void abandon() {
        if (chunking) {
            endChunks();
        }
    }

    // ---- arriving

    @Override
    public void headerComplete() {
        if (!session.generation().has(HookPoint.DATA_HEADERS_END)) {
            return;
        }
        SmtpTransaction transaction = session.transaction();
        StoredBody body = transaction.storedBody();
        transaction.setHeaders(new HeaderBlock(body.keepHeader(), body.headerLength()));
        headersAsked = true;
        session.ask(
                HookPoint.DATA_HEADERS_END,
                DataHeadersEndHook.class,
                hook -> hook.onDataHeadersEnd(transaction),
                this::headersAnswered);
    }

    private void headersAnswered(HookResult result) {
        headersAsked = false;
        MessageInput arrived = waiting;
        waiting = null;
        if (result.action().disconnects() && input != null) {
            boolean later = result.action().isTemporary();
            input = null;
            session.refuse(
                    result,
                    later ? 421 : 554,
                    "7.1",
                    later ? "Message denied temporarily" : "Message denied");
            session.disconnect();
        } else if (arrived != null) {
            finished(arrived);
        }
    }

    @Override
    public void broken(MessageInput done) {
        if (chunking) {
            return; // the count tells where the chunk ends; answered there
        }
        input = null;
        session.brokenFraming();
    }

    @Override
    public void finished(MessageInput done) {
        if (input != done) {
            return;
        }
        if (chunking && lastChunk) {
            done.lastChunk();
        }
        if (headersAsked) {
            waiting = done; // one hook at a time: goes on when the header is judged
            return;
        }
        if (chunking) {
            chunkFinished(done);
        } else {
            input = null;
            complete(done);
        }
    }

    private void complete(MessageInput done) {
        session.messageArrived(session.transaction());
        Reply fault = faultOf(done);
        if (fault != null) {
            session.reset(() -> session.reply(fault));
            return;
        }
        SmtpTransaction transaction = session.transaction();
        StoredBody body = transaction.storedBody();
        if (!transaction.hasHeaders()) {
            transaction.setHeaders(new HeaderBlock(body.headerArray(), body.headerLength()));
        }
        transaction.judgement().begin();
        if (body.isSpooled()) {
            session.log(LogLevel.INFO, "spooling message to disk");
        }
        session.ask(
                HookPoint.DATA_POST_HEADERS,
                DataPostHeadersHook.class,
                hook -> hook.onDataPostHeaders(transaction),
                result -> headersDone(result, transaction));
    }

    private @Nullable Reply faultOf(MessageInput done) {
        return switch (done.fault()) {
            case NONE -> null;
            case TOO_BIG -> {
                session.log(LogLevel.ALERT, "Message too big!");
                yield Replies.MESSAGE_TOO_BIG;
            }
            case HEADER_TOO_BIG -> Replies.HEADER_TOO_BIG;
            case NO_MEMORY -> Replies.NO_MEMORY;
            case BARE_LINE_END -> Replies.BARE_IN_CHUNK;
            case SPOOL -> {
                session.log(
                        LogLevel.ERROR,
                        "cannot write to spool directory "
                                + session.engine().spool().directory()
                                + ": "
                                + done.spoolProblem());
                yield Replies.NO_SPOOL;
            }
        };
    }

    // ---- the whole message

    private void headersDone(HookResult result, SmtpTransaction transaction) {
        if (result.action().refuses()) {
            session.log(
                    LogLevel.WARN,
                    "a plugin refused in data_post_headers, where nothing can be refused: "
                            + result.text());
        }
        String protocol = TraceFields.protocol(session.connection(), transaction);
        TraceFields.renameAuthenticationResults(
                transaction.headerBlock(), session.settings().authservId());
        session.ask(
                HookPoint.RECEIVED_LINE,
                ReceivedLineHook.class,
                hook -> asResult(hook.onReceivedLine(transaction, protocol)),
                line -> receivedKnown(line, transaction, protocol));
    }

    private static HookResult asResult(Optional<String> line) {
        return line.map(HookResult::ok).orElse(HookResult.DECLINED);
    }

    private void receivedKnown(HookResult line, SmtpTransaction transaction, String protocol) {
        Settings settings = session.settings();
        HeaderBlock headers = transaction.headerBlock();
        String received =
                line.action() == Action.OK
                        ? line.text().replace("\n", "\n ").replace("\n  ", "\n ")
                        : TraceFields.received(
                                transaction,
                                protocol,
                                settings.me(),
                                session.engine().version(),
                                session.clock().now());
        headers.prepend("Received", received);
        if (settings.addsAuthenticationResults()) {
            headers.prepend(
                    "Authentication-Results",
                    settings.authservId()
                            + "; auth=none"
                            + session.smtp().authenticationResults()
                            + transaction.authenticationResults());
        }
        session.ask(
                HookPoint.DATA_POST,
                DataPostHook.class,
                hook ->
                        transaction.judgement().isOpen()
                                ? hook.onDataPost(transaction)
                                : Verdicts.NOBODY_LEFT,
                result -> messageJudged(result, transaction));
    }

    private void messageJudged(HookResult answer, SmtpTransaction transaction) {
        HookResult result = transaction.judgement().beforeQueue(answer);
        Action action = result.action();
        if (action.refuses()) {
            refuseMessage(result, "7.1", () -> {});
        } else if (action == Action.DONE) {
            session.reset(() -> session.done(result));
        } else {
            session.ask(
                    HookPoint.QUEUE_PRE,
                    QueuePreHook.class,
                    hook ->
                            transaction.judgement().isOpen()
                                    ? hook.onQueuePre(transaction)
                                    : Verdicts.NOBODY_LEFT,
                    before -> queue(before, transaction));
        }
    }

    private void queue(HookResult answer, SmtpTransaction transaction) {
        HookResult before = transaction.judgement().beforeQueue(answer);
        if (before.action().refuses()) {
            refuseMessage(before, "3.0", () -> {});
        } else if (before.action() == Action.DONE) {
            session.reset(() -> session.done(before));
        } else {
            transaction.judgement().queue();
            session.ask(
                    HookPoint.QUEUE,
                    QueueHook.class,
                    hook ->
                            transaction.judgement().isOpen()
                                    ? hook.onQueue(transaction)
                                    : Verdicts.NOBODY_LEFT,
                    result -> queued(result, transaction));
        }
    }

    private void queued(HookResult answer, SmtpTransaction transaction) {
        HookResult result = transaction.judgement().afterQueue(answer);
        switch (result.action()) {
            case OK -> {
                String text = result.text().isEmpty() ? "Queued" : result.text();
                session.log(LogLevel.INFO, "queued " + transaction.id() + ": " + text);
                resetAndReply(Reply.coded(250, "0.0", text), transaction);
            }
            case DENY, DENYSOFT, DENY_DISCONNECT, DENYSOFT_DISCONNECT ->
                    refuseMessage(result, "3.0", () -> queuePost(transaction));
            case DECLINED -> resetAndReply(Replies.NOT_QUEUED, transaction);
            case DONE ->
                    session.reset(
                            () -> {
                                session.done(result);
                                queuePost(transaction);
                            });
        }
    }

    private void queuePost(SmtpTransaction transaction) {
        session.ask(
                HookPoint.QUEUE_POST,
                QueuePostHook.class,
                hook -> hook.onQueuePost(transaction),
                result -> {
                    if (result.action().refuses()) {
                        session.log(LogLevel.ERROR, result.text());
                    }
                });
    }

    private void refuseMessage(HookResult result, String subjectDetail, Runnable then) {
        boolean later = result.action().isTemporary();
        session.reset(
                () -> {
                    session.refuse(
                            result,
                            later ? 452 : 552,
                            subjectDetail,
                            later ? "Message denied temporarily" : "Message denied");
                    if (result.action().disconnects()) {
                        session.disconnect();
                    }
                    then.run();
                });
    }

    private void resetAndReply(Reply reply, SmtpTransaction transaction) {
        session.reset(
                () -> {
                    session.reply(reply);
                    queuePost(transaction);
                });
    }
}
