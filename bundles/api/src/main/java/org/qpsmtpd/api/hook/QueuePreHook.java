package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hook {@code queue_pre}: just before the message is queued.
 *
 * <p>DONE replies and queues nothing. A refusal is answered as in {@link QueueHook}. Anything else
 * goes on.
 */
@ConsumerType
@FunctionalInterface
public interface QueuePreHook {
    /**
     * Answers the hook.
     *
     * @param transaction the transaction
     */
    HookResult onQueuePre(Transaction transaction);
}
