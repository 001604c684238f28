package org.qpsmtpd.mailauth.signature;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A key to sign with.
 *
 * @param domain who signs, in A-labels and lower case
 * @param selector where below the domain the public key is
 * @param algorithm what it signs by
 * @param key the private key
 */
public record SigningKey(String domain, String selector, Algorithm algorithm, PrivateKey key) {
    private static final String BEGIN = "-----BEGIN ";
    private static final String RSA_ALONE = "RSA PRIVATE KEY";
    private static final String ANY = "PRIVATE KEY";
    private static final int ED25519_OCTETS = 32;
    private static final int MIN_RSA_BITS = 1024;

    /**
     * Reads a private key.
     *
     * @param text PEM: {@code PRIVATE KEY} (PKCS #8) of RSA or Ed25519, or {@code RSA PRIVATE KEY}
     *     (PKCS #1); or the 32 octets of a key of Ed25519 in base64
     * @throws IllegalArgumentException saying what is wrong with the text
     */
    public static SigningKey read(String domain, String selector, String text) {
        PrivateKey key = key(text.strip());
        return new SigningKey(domain, selector, algorithm(key), key);
    }

    /** The algorithm of a key, which must be long enough. */
    private static Algorithm algorithm(PrivateKey key) {
        if (!(key instanceof RSAKey rsa)) {
            return Algorithm.ED25519;
        }
        int bits = rsa.getModulus().bitLength();
        if (bits < MIN_RSA_BITS) {
            throw new IllegalArgumentException(
                    "an RSA key of " + bits + " bits is too short: nobody accepts its signatures");
        }
        return Algorithm.RSA;
    }

    private static PrivateKey key(String text) {
        int begin = text.indexOf(BEGIN);
        if (begin < 0) {
            return alone(text);
        }
        int typeEnd = text.indexOf("-----", begin + BEGIN.length());
        int end = typeEnd < 0 ? -1 : text.indexOf("-----END", typeEnd);
        if (end < 0) {
            throw new IllegalArgumentException("the end of the key is missing");
        }
        String type = text.substring(begin + BEGIN.length(), typeEnd);
        byte[] octets = base64(text.substring(typeEnd + 5, end));
        return switch (type) {
            case RSA_ALONE -> required(decode("RSA", Der.rsaPrivateKey(octets)));
            case ANY -> any(octets);
            default ->
                    throw new IllegalArgumentException(
                            "it holds '" + type + "', but must hold '" + ANY + "'");
        };
    }

    private static PrivateKey any(byte[] octets) {
        PrivateKey rsa = decode("RSA", octets);
        return rsa == null ? required(decode("Ed25519", octets)) : rsa;
    }

    private static PrivateKey alone(String text) {
        byte[] octets = base64(text);
        if (octets.length != ED25519_OCTETS) {
            throw new IllegalArgumentException("it is no key in PEM");
        }
        return required(decode("Ed25519", Der.ed25519PrivateKey(octets)));
    }

    private static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the key is not base64", e);
        }
    }

    private static PrivateKey required(@Nullable PrivateKey key) {
        if (key == null) {
            throw new IllegalArgumentException("it is no key of RSA or Ed25519");
        }
        return key;
    }

    private static @Nullable PrivateKey decode(String type, byte[] octets) {
        try {
            return KeyFactory.getInstance(type).generatePrivate(new PKCS8EncodedKeySpec(octets));
        } catch (GeneralSecurityException e) {
            return null; // it is of another type, or none
        }
    }

    /**
     * Signs.
     *
     * @return base64
     * @throws IllegalStateException when the key cannot sign, as one that is damaged
     */
    public String sign(SignedHeader header) {
        try {
            return Base64.getEncoder().encodeToString(Signing.sign(algorithm, key, header));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "the key " + selector + " of " + domain + " cannot sign: " + e.getMessage(), e);
        }
    }

    /**
     * The public key.
     *
     * @throws IllegalStateException when the key does not say enough for that
     */
    public PublicKey publicKey() {
        try {
            if (key instanceof RSAPrivateCrtKey rsa) {
                return KeyFactory.getInstance("RSA")
                        .generatePublic(
                                new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
            }
            if (key instanceof EdECPrivateKey edwards) {
                return Seed.publicKey(edwards.getBytes().orElseThrow());
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the public key of " + this + " cannot be told", e);
        }
        throw new IllegalStateException("the public key of " + this + " cannot be told");
    }

    /** The record for the DNS. */
    public String record() {
        byte[] octets = publicKey().getEncoded();
        byte[] shown =
                algorithm == Algorithm.RSA
                        ? octets
                        : Arrays.copyOfRange(octets, octets.length - ED25519_OCTETS, octets.length);
        return "v=DKIM1; k="
                + algorithm.keyType()
                + "; p="
                + Base64.getEncoder().encodeToString(shown);
    }

    /**
     * Has Java make the public key of a private one of Ed25519, which it only does for new ones.
     */
    private static final class Seed extends SecureRandom {
        private static final long serialVersionUID = 1;

        private final byte[] octets;

        private Seed(byte[] octets) {
            this.octets = octets;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(octets, 0, bytes, 0, octets.length);
        }

        static PublicKey publicKey(byte[] privateKey) throws GeneralSecurityException {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, new Seed(privateKey));
            return generator.generateKeyPair().getPublic();
        }
    }

    /** Says which key it is, and nothing of it. */
    @Override
    public String toString() {
        return selector + "._domainkey." + domain + " " + algorithm.keyType();
    }
}
