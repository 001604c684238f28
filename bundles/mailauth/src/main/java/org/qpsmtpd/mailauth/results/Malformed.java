package org.qpsmtpd.mailauth.results;

/** The text keeps not to the grammar. */
final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed() {
        super("not by the grammar of RFC 8601", null, false, false);
    }
}
