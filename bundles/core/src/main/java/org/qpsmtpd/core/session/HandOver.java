package org.qpsmtpd.core.session;

import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.QueuePostHook;
import org.qpsmtpd.api.hook.QueuePreHook;
import org.qpsmtpd.api.log.LogLevel;

/** Hands a message that was judged over to the queue, and tells the client what became of it. */
final class HandOver {
    private final Turn turn;
    private final Talk talk;
    private final MessageReplies replies;

    HandOver(Turn turn, MessageReplies replies) {
        this.turn = turn;
        this.replies = replies;
        talk = turn.talk();
    }

    void begin(SmtpTransaction transaction) {
        turn.ask(
                HookPoint.QUEUE_PRE,
                QueuePreHook.class,
                hook ->
                        transaction.opinions().isOpen()
                                ? hook.onQueuePre(transaction)
                                : Verdicts.NOBODY_LEFT,
                before -> queue(before, transaction));
    }

    private void queue(HookResult answer, SmtpTransaction transaction) {
        HookResult before = transaction.opinions().beforeQueue(answer, replies.wayFor(transaction));
        if (before.action().refuses() || before.action() == Action.DONE) {
            replies.answer(transaction, before, before, "3.0", () -> {});
        } else {
            transaction.opinions().queue();
            turn.ask(
                    HookPoint.QUEUE,
                    QueueHook.class,
                    hook ->
                            transaction.opinions().isOpen()
                                    ? hook.onQueue(transaction)
                                    : Verdicts.NOBODY_LEFT,
                    result -> queued(result, transaction));
        }
    }

    private void queued(HookResult answer, SmtpTransaction transaction) {
        Verdicts.Way way = replies.wayFor(transaction);
        HookResult result = transaction.opinions().afterQueue(answer, way);
        if (result.action() == Action.OK) {
            String text = result.text().isEmpty() ? "Queued" : result.text();
            talk.log(LogLevel.INFO, "queued " + transaction.id() + ": " + text);
        }
        HookResult open = way == Verdicts.Way.EACH ? answer : result;
        replies.answer(transaction, result, open, "3.0", () -> queuePost(transaction));
    }

    private void queuePost(SmtpTransaction transaction) {
        turn.ask(
                HookPoint.QUEUE_POST,
                QueuePostHook.class,
                hook -> hook.onQueuePost(transaction),
                result -> {
                    if (result.action().refuses()) {
                        talk.log(LogLevel.ERROR, result.text());
                    }
                });
    }
}
