package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hook {@code data}: the client wants to send the message (DATA, or its first BDAT).
 *
 * <p>DENY 554, DENYSOFT 451 and DONE refuse it and drop the transaction.
 */
@ConsumerType
@FunctionalInterface
public interface DataHook {
    /**
     * Answers the hook.
     *
     * @param transaction the transaction
     */
    HookResult onData(Transaction transaction);
}
