package org.qpsmtpd.brokers;

/** Why a broker has not got a message. The text is for the log, and has no line ends. */
public final class BrokerFailure extends Exception {
    private static final long serialVersionUID = 1;
    private static final int LONGEST = 400;

    private final Kind kind;

    /** What the client is told. */
    public enum Kind {
        /** The broker cannot be used by anybody now: deferred. */
        AWAY,

        /** It did not answer in time: deferred. */
        LATE,

        /** It does not take this message now: deferred. */
        REFUSED,

        /** The message is larger than it ever takes: refused. */
        TOO_LARGE
    }

    /**
     * @param detail what happened, and where
     */
    public BrokerFailure(Kind kind, String detail) {
        super(oneLine(detail));
        this.kind = kind;
    }

    /** What a library said; its own text, or the name of the fault when it has none. */
    public BrokerFailure(Kind kind, String what, Throwable cause) {
        super(oneLine(what + ": " + said(cause)), cause);
        this.kind = kind;
    }

    private static String said(Throwable cause) {
        String text = cause.getMessage();
        return text == null || text.isBlank() ? cause.getClass().getSimpleName() : text;
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
    }

    /** What the client is told. */
    public Kind kind() {
        return kind;
    }

    /** The text. */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
