package org.qpsmtpd.mailauth.spf;

/**
 * A mechanism, and the result when it matches.
 *
 * @param result of the qualifier
 * @param mechanism what the client is compared with
 * @param text as the domain wrote it
 */
record Directive(SpfResult result, Mechanism mechanism, String text) {}
