package org.qpsmtpd.core.session;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.core.config.MixedVerdict;

/**
 * What the client reads of a message that has come whole: one reply, or one for each recipient that
 * it was told is good.
 *
 * <p>Source: RFC 2033 section 4.2 (LMTP), draft-hall-prdr-00 (PRDR).
 */
final class MessageReplies {
    private final Transactions transactions;
    private final Talk talk;

    MessageReplies(Transactions transactions) {
        this.transactions = transactions;
        talk = transactions.turn().talk();
    }

    /**
     * How verdicts that differ are told to this client, as things are: not each, when there are
     * recipients of which it does not know, since nobody would bring the message again for them.
     */
    Verdicts.Way wayFor(SmtpTransaction transaction) {
        if (transaction.isAnsweredEach()) {
            return Verdicts.Way.EACH;
        }
        return transactions.turn().settings().mixedVerdict() == MixedVerdict.STRICT
                ? Verdicts.Way.STRICT
                : Verdicts.Way.TOGETHER;
    }

    /**
     * Drops the transaction, and tells what became of its message.
     *
     * @param then runs after the replies
     */
    void tell(SmtpTransaction transaction, Reply whole, Runnable then) {
        tell(transaction, whole, whole, then);
    }

    /**
     * Drops the transaction, and tells what became of its message.
     *
     * @param whole for the message
     * @param open for the recipients without a verdict of their own
     * @param then runs after the replies
     */
    void tell(SmtpTransaction transaction, Reply whole, Reply open, Runnable then) {
        boolean lmtp = transactions.turn().isLmtp();
        boolean each =
                lmtp
                        || (transaction.recipientList().isJudgedEach()
                                && transaction.isAnsweredEach());
        List<Reply> replies = each ? forEach(transaction, open) : List.of();
        transactions.reset(
                () -> {
                    talk.tell(replies, whole, !lmtp);
                    then.run();
                });
    }

    private static List<Reply> forEach(SmtpTransaction transaction, Reply open) {
        boolean alone = transaction.isAnsweredEach();
        List<Reply> replies = new ArrayList<>();
        for (SmtpRecipient recipient : transaction.recipientList().admitted()) {
            Reply reply =
                    recipient
                            .verdict()
                            .filter(verdict -> alone || verdict.action().refuses())
                            .map(verdict -> of(verdict, "7.1"))
                            .orElse(open);
            replies.add(reply.about(recipient.toString()));
        }
        return replies;
    }

    /**
     * Drops the transaction, and tells what plugins answered to its message.
     *
     * @param whole the answer on the message
     * @param open that for recipients without a verdict of their own
     * @param subjectDetail end of the enhanced code of a refusal, unless its text names one
     * @param then runs after the replies
     */
    void answer(
            SmtpTransaction transaction,
            HookResult whole,
            HookResult open,
            String subjectDetail,
            Runnable then) {
        tell(
                transaction,
                of(whole, subjectDetail),
                of(open, subjectDetail),
                () -> {
                    if (whole.action().disconnects()) {
                        talk.disconnect();
                    }
                    then.run();
                });
    }

    /**
     * The reply that says an answer to the message.
     *
     * @param subjectDetail end of the enhanced code of a refusal, unless its text names one
     */
    static Reply of(HookResult result, String subjectDetail) {
        return switch (result.action()) {
            case OK -> Reply.coded(250, "0.0", textOr(result, "Queued"));
            case DENY, DENY_DISCONNECT ->
                    Reply.coded(
                            codeOr(result, 552), subjectDetail, textOr(result, "Message denied"));
            case DENYSOFT, DENYSOFT_DISCONNECT ->
                    Reply.coded(
                            codeOr(result, 452),
                            subjectDetail,
                            textOr(result, "Message denied temporarily"));
            case DONE -> Reply.coded(result.code(), "0.0", result.text());
            case DECLINED -> Replies.NOT_QUEUED;
        };
    }

    private static int codeOr(HookResult result, int usual) {
        return result.code() == 0 ? usual : result.code();
    }

    private static String textOr(HookResult result, String usual) {
        return result.text().isEmpty() ? usual : result.text();
    }
}
