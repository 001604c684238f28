package org.qpsmtpd.api.auth;

import java.util.Arrays;
import java.util.Optional;

/** The hashes that mechanisms of the SCRAM family are made with (RFC 5802, RFC 7677). */
public enum ScramHash {
    /** SHA-1, of RFC 5802. */
    SHA_1("SHA-1", "HmacSHA1", "PBKDF2WithHmacSHA1", 20),
    /** SHA-256, of RFC 7677. */
    SHA_256("SHA-256", "HmacSHA256", "PBKDF2WithHmacSHA256", 32),
    /** SHA-512. */
    SHA_512("SHA-512", "HmacSHA512", "PBKDF2WithHmacSHA512", 64);

    private final String digest;
    private final String hmac;
    private final String derivation;
    private final int octets;

    ScramHash(String digest, String hmac, String derivation, int octets) {
        this.digest = digest;
        this.hmac = hmac;
        this.derivation = derivation;
        this.octets = octets;
    }

    /** The hash of a mechanism such as {@code SCRAM-SHA-256}, without {@code -PLUS}. */
    public static Optional<ScramHash> ofMechanism(String mechanism) {
        return Arrays.stream(values())
                .filter(hash -> hash.mechanism().equalsIgnoreCase(mechanism))
                .findFirst();
    }

    /** Name of the mechanism, such as {@code SCRAM-SHA-256}. */
    public String mechanism() {
        return "SCRAM-" + digest;
    }

    /** The JDK's name of the hash. */
    public String digest() {
        return digest;
    }

    /** The JDK's name of the keyed hash. */
    public String hmac() {
        return hmac;
    }

    /** How many octets a key has. */
    public int octets() {
        return octets;
    }

    String derivation() {
        return derivation;
    }
}
