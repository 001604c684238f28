package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Connection;

/**
 * Hook {@code unrecognized_command}: the client said something that is no command.
 *
 * <p>DENY 500, DENY_DISCONNECT 521; anything else gives 500. DONE gives its own reply, so that a
 * plugin can add a command. A PROXY line comes here, too: OK believes it after {@link
 * Connection#speakFor}, and without that the connection is closed with 554.
 */
@ConsumerType
@FunctionalInterface
public interface UnrecognizedCommandHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     * @param verb first word in lower case; empty for an empty line or a leading blank
     * @param argument the rest of the line
     */
    HookResult onUnrecognizedCommand(Connection connection, String verb, String argument);
}
