package org.qpsmtpd.console.command;

import java.nio.file.Path;
import java.util.Optional;
import org.qpsmtpd.api.control.ServerControl;

/**
 * What helps to complete an operand.
 *
 * @param server the server, when there is one alone
 * @param word the beginning of the operand
 * @param directory where the administrator is
 * @param config the configuration directory, when it is known
 */
public record Hints(
        Optional<ServerControl> server, String word, Path directory, Optional<Path> config) {}
