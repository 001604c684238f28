package org.qpsmtpd.mailauth.dkim;

import java.time.Duration;
import org.qpsmtpd.mailauth.signature.KeyLimits;

/**
 * What is accepted of signatures.
 *
 * @param keys which keys
 * @param maxSignatures how many of a message are checked; those behind are NEUTRAL
 * @param drift by how much clocks may differ, for {@code t=} and {@code x=}
 * @param isPartAccepted whether a signature is valid that covers a part of the body only, by {@code
 *     l=}; else it is POLICY when there is more of the body
 */
public record DkimLimits(
        KeyLimits keys, int maxSignatures, Duration drift, boolean isPartAccepted) {
    /** Ten signatures, five minutes, the whole body. */
    public static final DkimLimits USUAL =
            new DkimLimits(KeyLimits.USUAL, 10, Duration.ofMinutes(5), false);
}
