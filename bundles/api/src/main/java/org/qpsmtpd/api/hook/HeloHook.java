package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code helo}: the client said HELO.
 *
 * <p>A refusal is sent as 550 or 450 with the text given; the disconnecting forms close the
 * connection. DONE replies and leaves the greeting as it was.
 */
@ConsumerType
@FunctionalInterface
public interface HeloHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection; its hello is still what it was before
     * @param host the name the client gave, never empty
     */
    HookResult onHelo(Connection connection, String host);
}
