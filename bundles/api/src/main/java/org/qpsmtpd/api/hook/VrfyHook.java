package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code vrfy}: the client said VRFY.
 *
 * <p>OK 250, DENY 554, DONE its own; anything else gives 252.
 */
@ConsumerType
@FunctionalInterface
public interface VrfyHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     * @param argument the rest of the line, maybe empty
     */
    HookResult onVrfy(Connection connection, String argument);
}
