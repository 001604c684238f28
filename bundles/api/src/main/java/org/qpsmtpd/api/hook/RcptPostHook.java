package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hook {@code rcpt_post}: a plugin has accepted a recipient in {@link RcptHook}, and the client is
 * not told yet. For those who deliver: a next hop that is asked, a mailbox that is full.
 *
 * <p>OK and DECLINED keep the recipient; the text of OK is the reply's. DENY 550, DENYSOFT 450,
 * DENY_DISCONNECT 550, DENYSOFT_DISCONNECT 421. DONE replies and adds no recipient.
 */
@ConsumerType
@FunctionalInterface
public interface RcptPostHook {
    /**
     * Answers the hook.
     *
     * @param transaction the transaction; the recipient is not in its list yet
     * @param recipient the recipient
     */
    HookResult onRcptPost(Transaction transaction, Recipient recipient);
}
