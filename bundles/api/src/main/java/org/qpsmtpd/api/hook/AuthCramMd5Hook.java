package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code auth-cram-md5}: a client gave a name and the digest of a challenge by CRAM-MD5.
 *
 * <p>Answers as of {@link AuthPlainHook}; a plugin that does not have the user's password in clear
 * answers DECLINED.
 */
@ConsumerType
@FunctionalInterface
public interface AuthCramMd5Hook {
    /**
     * Answers the hook.
     *
     * @param credentials have a digest; {@link Credentials#prove} compares it
     */
    HookResult onAuthCramMd5(Connection connection, Credentials credentials);

    /**
     * Whether it has passwords in clear at this moment, so that CRAM-MD5 is offered. Asked at EHLO;
     * does not wait.
     */
    default boolean knowsPasswords() {
        return true;
    }
}
