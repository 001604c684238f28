package org.qpsmtpd.core.message;

/**
 * Octets that follow each other in a message.
 *
 * @param octets array that begins with them
 * @param length how many there are
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copying it would be the cost
public record Piece(byte[] octets, int length) {}
