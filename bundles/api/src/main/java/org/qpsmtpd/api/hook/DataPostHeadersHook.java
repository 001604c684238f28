package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hook {@code data_post_headers}: the message is complete; fields added now stand below the
 * Received field.
 *
 * <p>Cannot refuse: a refusal is logged and ignored. Refuse in {@link DataPostHook}.
 */
@ConsumerType
@FunctionalInterface
public interface DataPostHeadersHook {
    /**
     * Answers the hook.
     *
     * @param transaction the transaction
     */
    HookResult onDataPostHeaders(Transaction transaction);
}
