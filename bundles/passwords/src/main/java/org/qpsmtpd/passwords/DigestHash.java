package org.qpsmtpd.passwords;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.qpsmtpd.api.auth.Secret;

/** A digest in base64, of the password and a salt that stands behind it; as directories have it. */
final class DigestHash implements Hash {
    private static final int LONGEST_SALT = 128;
    private static final Map<String, String> ALGORITHMS =
            Map.of(
                    "MD5", "MD5",
                    "SMD5", "MD5",
                    "SHA", "SHA-1",
                    "SSHA", "SHA-1",
                    "SHA256", "SHA-256",
                    "SSHA256", "SHA-256",
                    "SHA512", "SHA-512",
                    "SSHA512", "SHA-512");

    private final String algorithm;
    private final byte[] digest;
    private final byte[] salt;

    private DigestHash(String algorithm, byte[] digest, byte[] salt) {
        this.algorithm = algorithm;
        this.digest = digest;
        this.salt = salt;
    }

    /**
     * Reads one.
     *
     * @param scheme in upper case, such as {@code SSHA}
     * @return empty when the scheme is another one
     */
    static Optional<DigestHash> parse(String scheme, String text) {
        String algorithm = ALGORITHMS.get(scheme);
        if (algorithm == null) {
            return Optional.empty();
        }
        byte[] octets = octets(scheme, text);
        int length = of(algorithm).getDigestLength();
        boolean isSalted = scheme.startsWith("SS") || scheme.equals("SMD5");
        int least = length + (isSalted ? 1 : 0);
        Bounds.check(
                "the length of what is behind {" + scheme + "}",
                octets.length,
                least,
                isSalted ? length + LONGEST_SALT : length);
        return Optional.of(
                new DigestHash(
                        algorithm,
                        Arrays.copyOf(octets, length),
                        Arrays.copyOfRange(octets, length, octets.length)));
    }

    private static byte[] octets(String scheme, String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("what is behind {" + scheme + "} is not base64", e);
        }
    }

    private static MessageDigest of(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each JDK has " + algorithm, e);
        }
    }

    @Override
    public boolean matches(Secret password) {
        byte[] octets = password.octets();
        MessageDigest made = of(algorithm);
        made.update(octets);
        made.update(salt);
        Arrays.fill(octets, (byte) 0);
        return MessageDigest.isEqual(made.digest(), digest);
    }

    @Override
    public boolean isQuick() {
        return true;
    }
}
