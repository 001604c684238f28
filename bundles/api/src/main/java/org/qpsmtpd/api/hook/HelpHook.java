package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code help}: the client said HELP.
 *
 * <p>OK 214 with the text given, DENY 500, DONE its own; DECLINED by all gives the built-in text.
 */
@ConsumerType
@FunctionalInterface
public interface HelpHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     * @param argument the rest of the line, maybe empty
     */
    HookResult onHelp(Connection connection, String argument);
}
