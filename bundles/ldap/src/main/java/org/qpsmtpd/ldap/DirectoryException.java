package org.qpsmtpd.ldap;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;

/** A directory could not be asked, or did not answer the question. */
public final class DirectoryException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 250;

    private final boolean down;

    DirectoryException(LDAPException failure) {
        super(shown(failure), failure);
        down = isDown(failure.getResultCode());
    }

    /** What happened, in a line for the log; the library goes on about itself. */
    private static String shown(LDAPException failure) {
        String text = failure.getResultCode().getName() + ": " + failure.getMessage();
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }

    private static boolean isDown(ResultCode code) {
        return !code.isConnectionUsable()
                || code.equals(ResultCode.BUSY)
                || code.equals(ResultCode.UNAVAILABLE)
                || code.equals(ResultCode.TIMEOUT)
                || code.equals(ResultCode.TIME_LIMIT_EXCEEDED)
                || code.equals(ResultCode.INVALID_CREDENTIALS)
                || code.equals(ResultCode.NO_SUCH_OBJECT);
    }

    /** Whether the next question would fail, too. */
    public boolean isDown() {
        return down;
    }
}
