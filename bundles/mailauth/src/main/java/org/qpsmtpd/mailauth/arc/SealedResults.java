package org.qpsmtpd.mailauth.arc;

/**
 * What one of the sealers of a chain found out about the message.
 *
 * @param domain whose it is, in A-labels and lower case
 * @param results as in Authentication-Results, with folds; one character for each octet
 */
public record SealedResults(String domain, String results) {}
