package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.session.Connection;

import java.util.Optional;

/** Hook {@code mail_parse}: chooses who reads the argument of MAIL. */
@ConsumerType
@FunctionalInterface
public interface MailParseHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     * @return the parser to use; absent for the next plugin, at last for the built-in one
     */
    Optional<CommandParser> onMailParse(Connection connection);
}
