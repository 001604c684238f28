package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.AuthAttempt;
import org.qpsmtpd.api.auth.AuthOutcome;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code auth_post}, which is ours: an attempt to authenticate has ended, and the client is
 * about to be told. Not asked of attempts that the client gave up, or that could not be read.
 *
 * <p>No answer changes the outcome; one that comes later makes the client wait for its reply, and a
 * disconnecting one closes the connection behind it.
 */
@ConsumerType
@FunctionalInterface
public interface AuthPostHook {
    /** Answers the hook. */
    HookResult onAuthPost(Connection connection, AuthAttempt attempt, AuthOutcome outcome);
}
