package org.qpsmtpd.core.session;

import java.util.Optional;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHeadersHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.ReceivedLineHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.message.HeaderBlock;
import org.qpsmtpd.core.message.StoredBody;
import org.qpsmtpd.core.message.TraceFields;

/** Judges a whole message: its header, our trace fields in front of that, the hook data_post. */
final class Judgement {
    private final Turn turn;
    private final Talk talk;
    private final Transactions transactions;
    private final MessageReplies replies;
    private final HandOver handOver;

    Judgement(Transactions transactions) {
        this.transactions = transactions;
        replies = new MessageReplies(transactions);
        turn = transactions.turn();
        talk = turn.talk();
        handOver = new HandOver(turn, replies);
    }

    Transactions transactions() {
        return transactions;
    }

    MessageReplies replies() {
        return replies;
    }

    /** Begins with a message that is there and has no fault. */
    void begin(SmtpTransaction transaction) {
        StoredBody body = transaction.storedBody();
        if (!transaction.hasHeaders()) {
            transaction.setHeaders(new HeaderBlock(body.headerArray(), body.headerLength()));
        }
        transaction.opinions().begin();
        if (body.isSpooled()) {
            talk.log(LogLevel.INFO, "spooling message to disk");
        }
        turn.ask(
                HookPoint.DATA_POST_HEADERS,
                DataPostHeadersHook.class,
                hook -> hook.onDataPostHeaders(transaction),
                result -> headersDone(result, transaction));
    }

    private void headersDone(HookResult result, SmtpTransaction transaction) {
        if (result.action().refuses()) {
            talk.log(
                    LogLevel.WARN,
                    "a plugin refused in data_post_headers, where nothing can be refused: "
                            + result.text());
        }
        String protocol = TraceFields.protocol(turn.connection(), transaction);
        TraceFields.renameAuthenticationResults(
                transaction.headerBlock(), turn.settings().authservId());
        turn.ask(
                HookPoint.RECEIVED_LINE,
                ReceivedLineHook.class,
                hook -> asResult(hook.onReceivedLine(transaction, protocol)),
                line -> receivedKnown(line, transaction, protocol));
    }

    private static HookResult asResult(Optional<String> line) {
        return line.map(HookResult::ok).orElse(HookResult.DECLINED);
    }

    private void receivedKnown(HookResult line, SmtpTransaction transaction, String protocol) {
        Settings settings = turn.settings();
        HeaderBlock headers = transaction.headerBlock();
        String received =
                line.action() == Action.OK
                        ? line.text().replace("\n", "\n ").replace("\n  ", "\n ")
                        : TraceFields.received(
                                transaction,
                                protocol,
                                settings.me(),
                                turn.engine().version(),
                                turn.lookUps().clock().now());
        headers.prepend("Received", received);
        if (settings.addsAuthenticationResults()) {
            headers.prepend(
                    "Authentication-Results",
                    settings.authservId()
                            + "; "
                            + turn.smtp().authentication().result()
                            + turn.smtp().authenticationResults()
                            + transaction.authenticationResults());
        }
        turn.ask(
                HookPoint.DATA_POST,
                DataPostHook.class,
                hook ->
                        transaction.opinions().isOpen()
                                ? hook.onDataPost(transaction)
                                : Verdicts.NOBODY_LEFT,
                result -> messageJudged(result, transaction));
    }

    private void messageJudged(HookResult answer, SmtpTransaction transaction) {
        HookResult result = transaction.opinions().beforeQueue(answer, replies.wayFor(transaction));
        Action action = result.action();
        if (action.refuses() || action == Action.DONE) {
            replies.answer(transaction, result, result, "7.1", () -> {});
        } else {
            handOver.begin(transaction);
        }
    }
}
