package org.qpsmtpd.mailauth.signature;

import java.util.Locale;

/** How a message is put into a form that changes on its way leave alone (RFC 6376 section 3.4). */
public enum Canonicalization {
    /** Nearly nothing may change. */
    SIMPLE,
    /** Blanks, folds and the case of names may. */
    RELAXED;

    /** The word that stands for it in a signature. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
