package org.qpsmtpd.mailauth.spf;

/** Whose domain is asked (RFC 7208, 2.2). */
public enum SpfIdentity {
    /** The name in HELO or EHLO. */
    HELO("helo"),
    /** The sender in MAIL. */
    MAIL_FROM("mailfrom");

    private final String word;

    SpfIdentity(String word) {
        this.word = word;
    }

    /** As it stands in header fields: {@code helo}, {@code mailfrom}. */
    public String word() {
        return word;
    }
}
