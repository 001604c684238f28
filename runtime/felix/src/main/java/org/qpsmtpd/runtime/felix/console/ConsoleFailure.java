package org.qpsmtpd.runtime.felix.console;

/** Ends the client with a line for the administrator and an exit status. */
final class ConsoleFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** The server has gone, or there is nobody to print to. */
    static final int FAILED = 1;

    /** Wrong use, or no server. */
    static final int USAGE = 2;

    private final int status;

    ConsoleFailure(int status, String line) {
        super("qpsmtpd-console: " + line, null, false, false);
        this.status = status;
    }

    String line() {
        return String.valueOf(getMessage());
    }

    int status() {
        return status;
    }
}
