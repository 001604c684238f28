package org.qpsmtpd.api.control;

/**
 * What became of mail since the server's start.
 *
 * @param accepted messages that were taken
 * @param refused connections, senders, recipients and messages that were refused for good
 * @param deferred such that were to try again later
 */
public record MailCounts(long accepted, long refused, long deferred) {}
