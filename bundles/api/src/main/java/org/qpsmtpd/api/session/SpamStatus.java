package org.qpsmtpd.api.session;

/**
 * What a scanner for spam says of a message.
 *
 * @param isSpam whether the scanner takes it for spam
 * @param score more is more like spam
 * @param required from which score on the scanner takes a message for spam
 * @param autolearn whether the scanner has learned from it: {@code ham}, {@code spam}, {@code no},
 *     {@code disabled} or another word of it; empty when it does not say
 */
public record SpamStatus(boolean isSpam, double score, double required, String autolearn) {}
