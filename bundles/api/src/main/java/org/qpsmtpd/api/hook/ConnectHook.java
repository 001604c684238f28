package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code connect}: before the greeting.
 *
 * <p>DENY (550) and DENYSOFT (450) refuse and close the connection. OK greets without asking
 * further plugins; DONE greets with its own reply.
 */
@ConsumerType
@FunctionalInterface
public interface ConnectHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     */
    HookResult onConnect(Connection connection);
}
