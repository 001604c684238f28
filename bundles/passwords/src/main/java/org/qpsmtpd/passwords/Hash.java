package org.qpsmtpd.passwords;

import org.qpsmtpd.api.auth.Secret;

/** A hash of a password with all that it was made with. Immutable. */
interface Hash {
    /** Whether it is that of a password. Takes as long wherever they differ. */
    boolean matches(Secret password);

    /** Whether to compare it takes less than a millisecond or so. */
    default boolean isQuick() {
        return false;
    }
}
