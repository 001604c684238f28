package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.session.Connection;

import java.util.Optional;

/** Hook {@code helo_parse}: chooses who reads the argument of HELO. */
@ConsumerType
@FunctionalInterface
public interface HeloParseHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     * @return the parser to use; absent for the next plugin, at last for the built-in one
     */
    Optional<CommandParser> onHeloParse(Connection connection);
}
