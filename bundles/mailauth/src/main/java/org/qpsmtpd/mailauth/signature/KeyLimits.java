package org.qpsmtpd.mailauth.signature;

/**
 * Which keys are accepted.
 *
 * @param minRsaBits bits of an RSA key; RFC 8301 allows none below 1024
 * @param maxRsaBits above it a check would take long
 */
public record KeyLimits(int minRsaBits, int maxRsaBits) {
    /** 1024 to 4096 bits. */
    public static final KeyLimits USUAL = new KeyLimits(1024, 4096);
}
