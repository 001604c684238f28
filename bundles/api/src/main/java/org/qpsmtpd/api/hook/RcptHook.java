package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hook {@code rcpt}: a recipient was given.
 *
 * <p>Only OK accepts it: when every plugin declines the client gets 450. DENY 550, DENYSOFT 450,
 * DENY_DISCONNECT 550, DENYSOFT_DISCONNECT 421. DONE replies and adds no recipient.
 */
@ConsumerType
@FunctionalInterface
public interface RcptHook {
    /**
     * Answers the hook.
     *
     * @param transaction the transaction; the recipient is not in its list yet
     * @param recipient the recipient
     */
    HookResult onRcpt(Transaction transaction, Recipient recipient);
}
