package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.session.Transaction;

import java.util.Optional;

/** Hook {@code received_line}: supplies the value of the Received field. */
@ConsumerType
@FunctionalInterface
public interface ReceivedLineHook {
    /**
     * Answers the hook.
     *
     * @param transaction the transaction
     * @param protocol SMTP, ESMTP, ESMTPS, ESMTPA, ESMTPSA, or the UTF8 forms of RFC 6531
     * @return the value, lines separated by LF; absent for the next plugin, at last for the usual
     *     value
     */
    Optional<String> onReceivedLine(Transaction transaction, String protocol);
}
