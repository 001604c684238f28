package org.qpsmtpd.smtpclient;

import org.qpsmtpd.api.plugin.Choice;

/** What the setting {@code tls} may say. */
public enum TlsMode {
    /** Never TLS. */
    NONE,

    /** When offered, with any certificate; in clear when it fails. */
    MAY,

    /** Always, with any certificate. */
    ENCRYPT,

    /** Always, with a certificate for the host from a trusted authority. */
    VERIFY,

    /**
     * With the certificate that signed TLSA records name, always; without such records when
     * offered, with any certificate (RFC 7672).
     */
    DANE;

    boolean isRequired() {
        return this == ENCRYPT || this == VERIFY;
    }

    /**
     * The mode that a word names.
     *
     * @throws IllegalArgumentException naming the word and what is allowed
     */
    public static TlsMode of(String text) {
        return Choice.of(TlsMode.class, "tls", text);
    }
}
