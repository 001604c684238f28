package org.qpsmtpd.api.hook;

/**
 * What a client presents in AUTH.
 *
 * @param mechanism {@code PLAIN}, {@code LOGIN} or {@code CRAM-MD5}
 * @param user user name as given
 * @param password password in clear; empty for CRAM-MD5
 * @param hash the client's HMAC-MD5 as lower-case hexadecimal digits; empty except for CRAM-MD5
 * @param challenge the challenge the server sent, with its brackets; empty except for CRAM-MD5
 */
public record Credentials(
        String mechanism, String user, String password, String hash, String challenge) {
    /** Shows everything but the secrets. */
    @Override
    public String toString() {
        return "Credentials[" + mechanism + " " + user + "]";
    }
}
