package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hook {@code mail}: a sender was given.
 *
 * <p>DENY 550, DENYSOFT 450, DENY_DISCONNECT 550, DENYSOFT_DISCONNECT 421. DONE replies and stores
 * no sender. Anything else accepts it.
 */
@ConsumerType
@FunctionalInterface
public interface MailHook {
    /**
     * Answers the hook.
     *
     * @param transaction the transaction, which has no sender yet
     * @param sender the sender; may be the null sender
     * @param parameters what followed it
     */
    HookResult onMail(Transaction transaction, Address sender, Parameters parameters);
}
