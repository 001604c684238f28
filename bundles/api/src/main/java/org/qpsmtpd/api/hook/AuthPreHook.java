package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.AuthAttempt;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code auth_pre}, which is ours: somebody tries to authenticate. Asked when AUTH is said,
 * with an empty user, and again when the user's name is known, before anything is checked.
 *
 * <p>DENY 535, DENYSOFT 454, and the attempt is over. Anything else lets it go on; an answer that
 * comes later slows it down.
 */
@ConsumerType
@FunctionalInterface
public interface AuthPreHook {
    /** Answers the hook. */
    HookResult onAuthPre(Connection connection, AuthAttempt attempt);
}
