package org.qpsmtpd.api.mail;

/** What the client declared the message to be (RFC 6152, RFC 3030). */
public enum BodyType {
    /** Nothing declared, or BODY=7BIT. */
    SEVEN_BIT,
    /** BODY=8BITMIME. */
    EIGHT_BIT_MIME,
    /** BODY=BINARYMIME: the body may hold any octets, bare CR and LF included. */
    BINARY_MIME
}
