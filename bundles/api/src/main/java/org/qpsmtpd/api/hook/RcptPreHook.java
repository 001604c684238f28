package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hook {@code rcpt_pre}: the argument of RCPT was taken apart, the path not yet read.
 *
 * <p>OK with a text puts that text in the place of the path; other answers keep it.
 */
@ConsumerType
@FunctionalInterface
public interface RcptPreHook {
    /**
     * Answers the hook.
     *
     * @param transaction the transaction
     * @param path as the client gave it, usually in angle brackets
     * @param parameters what followed it
     */
    HookResult onRcptPre(Transaction transaction, String path, Parameters parameters);
}
