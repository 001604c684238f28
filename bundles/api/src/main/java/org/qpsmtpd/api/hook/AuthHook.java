package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code auth}: what no plugin decided at the hook of its mechanism. While there is a plugin
 * for it, PLAIN, LOGIN and CRAM-MD5 are offered.
 *
 * <p>Answers as of {@link AuthPlainHook}.
 */
@ConsumerType
@FunctionalInterface
public interface AuthHook {
    /**
     * Answers the hook.
     *
     * @param credentials have a password, or a digest with CRAM-MD5
     */
    HookResult onAuth(Connection connection, Credentials credentials);
}
