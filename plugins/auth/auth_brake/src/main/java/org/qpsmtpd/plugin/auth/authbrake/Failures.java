package org.qpsmtpd.plugin.auth.authbrake;

/**
 * How often somebody has failed.
 *
 * @param ofAddress the client's address, for IPv6 its network
 * @param ofUser the user, from wherever
 */
record Failures(long ofAddress, long ofUser) {}
