package org.qpsmtpd.api.service;

/**
 * A TLSA record (RFC 6698, 2.1).
 *
 * @param usage how the certificate is to be taken, 0 to 255
 * @param selector which part of it is meant, 0 to 255
 * @param matching how the part is given, 0 to 255
 * @param data the part or its digest, in lower-case hexadecimal digits
 */
public record TlsaRecord(int usage, int selector, int matching, String data) {}
