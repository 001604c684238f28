package org.qpsmtpd.console.command;

/**
 * Ends a command with a line for the administrator and an exit status. It carries no stack trace,
 * since none helps whoever mistyped an id.
 */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Exit status of a command that could not do what it was asked. */
    public static final int FAILED = 1;

    /** Exit status of a command that was asked in a wrong way. */
    public static final int USAGE = 2;

    private final int status;

    private CommandFailure(int status, String line) {
        super(line, null, false, false);
        this.status = status;
    }

    /** Could not be done, or was done and found a fault. */
    public static CommandFailure failed(String line) {
        return new CommandFailure(FAILED, line);
    }

    /** Asked in a wrong way. */
    public static CommandFailure usage(String line) {
        return new CommandFailure(USAGE, line);
    }

    /** The line. */
    public String line() {
        return String.valueOf(getMessage());
    }

    /** The exit status, never 0. */
    public int status() {
        return status;
    }
}
