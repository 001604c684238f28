package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.session.Transaction;

/** Hook {@code reset_transaction}: a transaction is about to be thrown away. */
@ConsumerType
@FunctionalInterface
public interface ResetTransactionHook {
    /**
     * Answers the hook.
     *
     * @param transaction the transaction, still whole
     */
    void onResetTransaction(Transaction transaction);
}
