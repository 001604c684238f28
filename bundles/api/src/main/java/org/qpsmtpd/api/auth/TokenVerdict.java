package org.qpsmtpd.api.auth;

/**
 * What a plugin says of a token.
 *
 * @param kind what it comes to
 * @param user the user that the token stands for; empty unless it is accepted
 * @param reason for the log; may be empty
 * @param status an error for the client (RFC 7628 section 3.2.2), such as {@code invalid_token}
 * @param scope the scope that a token must have; may be empty
 * @param configuration address of the provider's configuration; may be empty
 */
public record TokenVerdict(
        Kind kind, String user, String reason, String status, String scope, String configuration) {
    /** It is none of this plugin's tokens. */
    public static final TokenVerdict UNKNOWN =
            new TokenVerdict(Kind.UNKNOWN, "", "", "invalid_token", "", "");

    /** What a verdict comes to. */
    public enum Kind {
        /** The token is good. */
        ACCEPTED,
        /** The token is not good, and nobody else is asked. */
        REFUSED,
        /** It cannot be told now. */
        DEFERRED,
        /** Another plugin may know it. */
        UNKNOWN
    }

    /**
     * The token is good.
     *
     * @param user whom it stands for, not empty; where the client named a user, that one
     */
    public static TokenVerdict accepted(String user) {
        return new TokenVerdict(Kind.ACCEPTED, user, "", "", "", "");
    }

    /**
     * The token is expired, revoked, forged or for somebody else.
     *
     * @param reason for the log; without the token
     */
    public static TokenVerdict refused(String reason) {
        return new TokenVerdict(Kind.REFUSED, "", reason, "invalid_token", "", "");
    }

    /**
     * Whoever knows cannot be asked now.
     *
     * @param reason for the log
     */
    public static TokenVerdict deferred(String reason) {
        return new TokenVerdict(Kind.DEFERRED, "", reason, "", "", "");
    }

    /** The same with what a client needs to get a better token. */
    public TokenVerdict withHint(String newStatus, String newScope, String newConfiguration) {
        return new TokenVerdict(kind, user, reason, newStatus, newScope, newConfiguration);
    }
}
