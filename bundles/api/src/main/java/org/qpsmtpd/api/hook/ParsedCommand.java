package org.qpsmtpd.api.hook;

import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Parameters;

/**
 * A command's argument taken apart.
 *
 * @param outcome OK, or DENY with the text of the 501 reply
 * @param argument the path in angle brackets for MAIL and RCPT, the client's name for HELO and
 *     EHLO, the mechanism for AUTH; empty when the outcome is not OK
 * @param parameters what followed it
 */
public record ParsedCommand(HookResult outcome, String argument, Parameters parameters) {
    /** Refuses an outcome that comes later: the command is read now. */
    public ParsedCommand {
        if (outcome.pending().isPresent()) {
            throw new IllegalArgumentException(
                    "the outcome of reading a command cannot come later");
        }
    }

    /** A command that could be read. */
    public static ParsedCommand of(String argument, Parameters parameters) {
        return new ParsedCommand(HookResult.OK, argument, parameters);
    }

    /** A command that could not be read; the client gets 501 and the text. */
    public static ParsedCommand refused(String text) {
        return new ParsedCommand(HookResult.deny(text), "", Parameters.NONE);
    }
}
