package org.qpsmtpd.api.hook;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.TokenVerdict;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code auth_token}, which is ours: a client carries a token, by OAUTHBEARER (RFC 7628) or
 * XOAUTH2; both are offered while there is a plugin for it.
 */
@ConsumerType
@FunctionalInterface
public interface AuthTokenHook {
    /**
     * Answers the hook.
     *
     * @param token wiped when the attempt is over
     * @return what it says of the token; UNKNOWN asks the next plugin. A failure defers the attempt
     */
    CompletionStage<TokenVerdict> onAuthToken(Connection connection, BearerToken token);
}
