package org.qpsmtpd.api.auth;

/**
 * A token that a client carries in the place of a password (RFC 6750), by OAUTHBEARER (RFC 7628) or
 * XOAUTH2. The token is wiped when the attempt is over.
 *
 * @param mechanism in upper case
 * @param user whom the client wants to be; may be empty with OAUTHBEARER, and then the token says
 * @param token printable ASCII, not empty
 * @param host the server that the client meant; empty when it does not say
 * @param port the port that it meant; 0 when it does not say
 */
public record BearerToken(String mechanism, String user, Secret token, String host, int port) {}
