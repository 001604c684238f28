package org.qpsmtpd.plugin.queue.smtpforward;

/** What the setting {@code tls} may say. */
enum TlsMode {
    NONE,
    MAY,
    ENCRYPT,
    VERIFY;

    boolean isRequired() {
        return this == ENCRYPT || this == VERIFY;
    }

    static TlsMode of(String text) {
        return switch (text) {
            case "none" -> NONE;
            case "may" -> MAY;
            case "encrypt" -> ENCRYPT;
            case "verify" -> VERIFY;
            default ->
                    throw new IllegalArgumentException(
                            "tls '" + text + "' is not one of none, may, encrypt, verify");
        };
    }
}
