package org.qpsmtpd.api.hook;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.connection.Connection;

/** Hook {@code auth_parse}: chooses who reads the argument of AUTH. */
@ConsumerType
@FunctionalInterface
public interface AuthParseHook {
    /**
     * Answers the hook.
     *
     * @param connection the connection
     * @return the parser to use; absent for the next plugin, at last for the built-in one
     */
    Optional<CommandParser> onAuthParse(Connection connection);
}
