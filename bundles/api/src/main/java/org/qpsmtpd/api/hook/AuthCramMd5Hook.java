package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.connection.Connection;

/**
 * Hook {@code auth-cram-md5}: checks credentials given by CRAM-MD5; registering it offers the
 * mechanism.
 *
 * <p>OK: authenticated. DECLINED: not mine, or wrong; the next one may try. DENY: stop trying.
 */
@ConsumerType
@FunctionalInterface
public interface AuthCramMd5Hook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     * @param credentials what the client presented
     */
    HookResult onAuthCramMd5(Connection connection, Credentials credentials);
}
