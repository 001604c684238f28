package org.qpsmtpd.plugin.dmarc.report;

/**
 * A message that a domain may be told of, since it is not aligned.
 *
 * @param observed what came of it
 * @param sender of the envelope, {@code user@host}; empty for the null sender
 * @param results value of the field Authentication-Results
 * @param header of the message, one character for each octet
 */
public record Failed(Observed observed, String sender, String results, String header) {}
