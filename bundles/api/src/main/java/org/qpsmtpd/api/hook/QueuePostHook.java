package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hook {@code queue_post}: after the queue hook, whatever it answered.
 *
 * <p>The answer changes nothing; the text of a refusal is logged.
 */
@ConsumerType
@FunctionalInterface
public interface QueuePostHook {
    /**
     * Answers the hook.
     *
     * @param transaction the transaction
     */
    HookResult onQueuePost(Transaction transaction);
}
