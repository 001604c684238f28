package org.qpsmtpd.mailauth.dmarc;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a domain asks to be done with messages that do not come from it, the mildest first. */
public enum DmarcPolicy {
    /** Nothing. */
    NONE,
    /** They are suspicious. */
    QUARANTINE,
    /** They are not to be accepted. */
    REJECT;

    /** The word of RFC 9989. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** One step milder, as a domain asks for that only tries its policy out ({@code t=y}). */
    DmarcPolicy milder() {
        return this == REJECT ? QUARANTINE : NONE;
    }

    static Optional<DmarcPolicy> of(@Nullable String word) {
        for (DmarcPolicy policy : values()) {
            if (policy.word().equalsIgnoreCase(word)) {
                return Optional.of(policy);
            }
        }
        return Optional.empty();
    }
}
