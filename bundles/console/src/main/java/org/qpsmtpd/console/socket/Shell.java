package org.qpsmtpd.console.socket;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.qpsmtpd.console.command.Commands;
import org.qpsmtpd.console.command.Servers;

/**
 * Gogo as the clients of the socket use it.
 *
 * @param processor Gogo
 * @param servers whom completion asks
 * @param config the configuration directory, when it is known
 */
record Shell(CommandProcessor processor, Servers servers, Optional<Path> config) {
    /** The variable with the names of all functions, a set of {@code SCOPE:NAME}. */
    static final String FUNCTIONS = ".commands";

    /** A session without terminal and without input, in which our commands come first. */
    CommandSession session(PrintStream out, PrintStream err) {
        CommandSession session = processor.createSession(InputStream.nullInputStream(), out, err);
        session.put("SCOPE", Commands.SCOPE + ":felix:*");
        // An address or an id with a star in it is no pattern of file names.
        session.put(CommandSession.OPTION_NO_GLOB, true);
        return session;
    }
}
