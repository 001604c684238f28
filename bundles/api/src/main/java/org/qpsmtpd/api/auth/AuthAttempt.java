package org.qpsmtpd.api.auth;

/**
 * Somebody tries to authenticate as a user.
 *
 * @param mechanism in upper case, such as {@code PLAIN}
 * @param user the name that the client gave; empty while it is not known
 */
public record AuthAttempt(String mechanism, String user) {}
