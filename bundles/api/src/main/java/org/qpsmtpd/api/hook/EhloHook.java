package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Connection;

import java.util.List;

/**
 * Hook {@code ehlo}: the client said EHLO.
 *
 * <p>Answers mean the same as in {@link HeloHook}.
 */
@ConsumerType
@FunctionalInterface
public interface EhloHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection; its hello is still what it was before
     * @param host the name the client gave, never empty
     * @param capabilities lines of the reply after the first; a plugin adds its own, such as {@code
     *     STARTTLS}
     */
    HookResult onEhlo(Connection connection, String host, List<String> capabilities);
}
