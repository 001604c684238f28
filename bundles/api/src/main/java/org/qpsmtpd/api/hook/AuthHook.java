package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.connection.Connection;

/**
 * Hook {@code auth}: checks credentials of any mechanism, after the hooks for the mechanism itself.
 *
 * <p>Answers mean the same as in {@link AuthPlainHook}.
 */
@ConsumerType
@FunctionalInterface
public interface AuthHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     * @param credentials what the client presented
     */
    HookResult onAuth(Connection connection, Credentials credentials);
}
