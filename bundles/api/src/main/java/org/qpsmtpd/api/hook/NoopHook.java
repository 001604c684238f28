package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code noop}: the client said NOOP.
 *
 * <p>DENY and DENY_DISCONNECT 500; DONE its own; anything else gives 250.
 */
@ConsumerType
@FunctionalInterface
public interface NoopHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     */
    HookResult onNoop(Connection connection);
}
