package org.qpsmtpd.plugin.tls;

import java.io.IOException;

/** A certificate or key that cannot be used; the message says which file, why, and what to do. */
final class KeyFault extends IOException {
    private static final long serialVersionUID = 1;

    KeyFault(String message) {
        super(message);
    }
}
