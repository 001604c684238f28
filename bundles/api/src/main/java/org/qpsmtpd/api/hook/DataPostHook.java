package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hook {@code data_post}: the message and its header are complete.
 *
 * <p>DENY 552 and DENYSOFT 452 refuse the message. DONE replies and queues nothing. Anything else
 * goes on.
 */
@ConsumerType
@FunctionalInterface
public interface DataPostHook {
    /**
     * Answers the hook.
     *
     * @param transaction the transaction
     */
    HookResult onDataPost(Transaction transaction);
}
