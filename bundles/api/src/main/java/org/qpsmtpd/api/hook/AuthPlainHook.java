package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code auth-plain}: a client gave a name and a password by PLAIN, which is offered while
 * there is a plugin for this hook or for {@code auth}.
 *
 * <p>OK 235: the client is that user. DENY 535: it is not, and nobody else is asked. DECLINED: the
 * next plugin is asked, and then those of {@code auth}; 535 when nobody knows the user. DENYSOFT:
 * nobody can tell now; 454, unless a plugin of {@code auth} knows.
 */
@ConsumerType
@FunctionalInterface
public interface AuthPlainHook {
    /**
     * Answers the hook.
     *
     * @param credentials have a password; wiped when the attempt is over
     */
    HookResult onAuthPlain(Connection connection, Credentials credentials);
}
