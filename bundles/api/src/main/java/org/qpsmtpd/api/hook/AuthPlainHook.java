package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.connection.Connection;

/**
 * Hook {@code auth-plain}: checks credentials given by PLAIN; registering it offers the mechanism.
 *
 * <p>OK: authenticated. DECLINED: not mine, or wrong; the next one may try. DENY: stop trying.
 */
@ConsumerType
@FunctionalInterface
public interface AuthPlainHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     * @param credentials what the client presented
     */
    HookResult onAuthPlain(Connection connection, Credentials credentials);
}
