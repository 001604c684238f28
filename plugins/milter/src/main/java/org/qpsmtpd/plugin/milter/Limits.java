package org.qpsmtpd.plugin.milter;

import java.time.Duration;

/**
 * How long a filter may take, and how much it may say.
 *
 * @param command for an answer to a command
 * @param content for an answer to a field, to the end of the header, or to a piece of the body
 * @param end for an answer to the end of the message, or for a sign that it still works
 * @param hook for all that is done at a command
 * @param message for all that is done with a message
 * @param body octets that a new body may have
 */
record Limits(
        Duration command,
        Duration content,
        Duration end,
        Duration hook,
        Duration message,
        long body) {

    Duration of(Stage stage) {
        return switch (stage) {
            case CONNECT, HELO, MAIL, RCPT, DATA, UNKNOWN -> command;
            case HEADER, END_OF_HEADER, BODY -> content;
            case END -> end;
        };
    }
}
