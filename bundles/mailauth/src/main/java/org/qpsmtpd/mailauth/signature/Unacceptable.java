package org.qpsmtpd.mailauth.signature;

/** Ends the reading of a signature or key that is not as it must be; the message says why. */
public final class Unacceptable extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * @param reason for the log; printable, and without what the message's sender wrote
     */
    public Unacceptable(String reason) {
        super(reason, null, false, false);
    }

    /** The reason. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
