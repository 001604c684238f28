package org.qpsmtpd.core.config;

import java.util.Locale;
import java.util.Optional;

/**
 * What happens when recipients of a message differ in their verdicts and the client reads one reply
 * for all.
 */
public enum MixedVerdict {
    /** The message is accepted for those who take it. */
    ACCEPT,
    /** One refusal refuses it for all. */
    STRICT,
    /** Recipients of one message are those whose {@code recipient_class} is the same. */
    SORT;

    /** The one of this name, in any letter case; absent when there is none. */
    public static Optional<MixedVerdict> of(String word) {
        for (MixedVerdict one : values()) {
            if (one.word().equals(word.toLowerCase(Locale.ROOT))) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
