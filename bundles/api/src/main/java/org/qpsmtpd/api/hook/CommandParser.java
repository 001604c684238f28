package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.session.Connection;

/** Splits the argument of a command, instead of the server's own parser. */
@ConsumerType
@FunctionalInterface
public interface CommandParser {
    /**
     * Splits an argument.
     *
     * @param argument the line after the verb, blanks before and after cut
     */
    ParsedCommand parse(Connection connection, String argument);
}
