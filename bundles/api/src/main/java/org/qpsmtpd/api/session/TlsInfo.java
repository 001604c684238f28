package org.qpsmtpd.api.session;

/**
 * What was agreed for an encrypted connection.
 *
 * @param protocol such as {@code TLSv1.3}
 * @param cipher cipher suite, such as {@code TLS_AES_256_GCM_SHA384}
 */
public record TlsInfo(String protocol, String cipher) {}
