package org.qpsmtpd.runtime.felix.report;

/**
 * Why the server cannot start: one line for the administrator, and the exit status of the process.
 * The line says what is wrong, where, and what to do; it is printed as it is, without a trace.
 */
public final class StartFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** The machine or the files are not as the server needs them. */
    public static final int FAILED = 1;

    /** The command line itself is wrong; the line is printed behind the program's name. */
    public static final int USAGE = 2;

    private final int status;

    private StartFailure(int status, String line) {
        super(OneLine.of(line));
        this.status = status;
    }

    public static StartFailure failed(String line) {
        return new StartFailure(FAILED, line);
    }

    public static StartFailure usage(String line) {
        return new StartFailure(USAGE, line);
    }

    public int status() {
        return status;
    }

    public String line() {
        return String.valueOf(getMessage());
    }
}
