package org.qpsmtpd.plugin.helo;

/** Which tests are made; each makes those of the ones before it, too. */
enum Policy {
    /** Names that cannot be right in any case. */
    LENIENT,
    /** Names as RFC 5321 wants them, which the DNS knows. */
    RFC,
    /** Names that fit the client's address. */
    STRICT
}
