package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code quit}: the client said QUIT.
 *
 * <p>The connection ends in all cases; OK with a text replaces the text of the 221 reply, DONE the
 * whole reply.
 */
@ConsumerType
@FunctionalInterface
public interface QuitHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     */
    HookResult onQuit(Connection connection);
}
