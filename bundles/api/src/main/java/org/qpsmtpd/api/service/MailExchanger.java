package org.qpsmtpd.api.service;

/**
 * An MX record.
 *
 * @param preference 0 to 65535, lower is tried first
 * @param host lower-case host name without trailing dot; empty for a null MX (RFC 7505)
 */
public record MailExchanger(int preference, String host) {}
