package org.qpsmtpd.api.auth;

/** How an attempt to authenticate ended. */
public enum AuthOutcome {
    /** The client is who it says. */
    SUCCEEDED,
    /** It is not, or the user is not there. */
    FAILED,
    /** It could not be told, or was not looked at. */
    DEFERRED
}
