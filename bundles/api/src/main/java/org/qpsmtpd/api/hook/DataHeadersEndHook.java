package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hook {@code data_headers_end}: the header is complete, the body still arriving.
 *
 * <p>DENY_DISCONNECT 554 and DENYSOFT_DISCONNECT 421 break off at once; every other answer goes on.
 */
@ConsumerType
@FunctionalInterface
public interface DataHeadersEndHook {
    /**
     * Answers the hook.
     *
     * @param transaction the transaction
     */
    HookResult onDataHeadersEnd(Transaction transaction);
}
