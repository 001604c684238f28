package org.qpsmtpd.plugin.rcptcallout;

import org.qpsmtpd.api.plugin.Choice;

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
        return Choice.of(TlsMode.class, "tls", text);
    }
}
