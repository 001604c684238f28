package org.qpsmtpd.mailauth.signature;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.taglist.TagList;

/**
 * A key as its record in the DNS has it (RFC 6376 section 3.6.1).
 *
 * @param algorithm what it is for
 * @param key the key
 * @param bits how long it is
 * @param isTesting whether the domain only tries signatures out: {@code t=y}
 * @param isForDomainOnly whether no subdomain may be signed for: {@code t=s}
 */
public record KeyRecord(
        Algorithm algorithm, PublicKey key, int bits, boolean isTesting, boolean isForDomainOnly) {
    private static final int LONGEST = 8 * 1024;
    private static final int ED25519_OCTETS = 32;

    /**
     * Reads a record.
     *
     * @param text one character (U+0000 to U+00FF) for each octet
     */
    public static KeyRecord parse(String text, KeyLimits limits) throws Unacceptable {
        if (text.length() > LONGEST) {
            throw new Unacceptable("the key's record is longer than " + LONGEST + " octets");
        }
        TagList tags = TagList.parse(text);
        Optional<String> fault = tags.fault();
        if (fault.isPresent()) {
            throw new Unacceptable("the key's record is malformed: " + fault.get());
        }
        check(tags);
        Algorithm algorithm = algorithm(tags.get("k"));
        byte[] octets = octets(tags.compact("p"));
        PublicKey key = algorithm == Algorithm.RSA ? rsa(octets) : ed25519(octets);
        List<String> flags = list(tags, "t", "");
        return new KeyRecord(
                algorithm, key, bits(key, limits), flags.contains("y"), flags.contains("s"));
    }

    private static void check(TagList tags) throws Unacceptable {
        String version = tags.get("v");
        if (version != null && !(version.equals("DKIM1") && tags.isFirst("v"))) {
            throw new Unacceptable("the key's record does not begin with v=DKIM1");
        }
        if (!list(tags, "h", "sha256").contains("sha256")) {
            throw new Unacceptable("the key is not for sha256");
        }
        List<String> services = list(tags, "s", "*");
        if (!services.contains("*") && !services.contains("email")) {
            throw new Unacceptable("the key is not for mail");
        }
    }

    private static List<String> list(TagList tags, String name, String otherwise) {
        String value = tags.compact(name);
        return Arrays.asList((value == null ? otherwise : value).split(":", -1));
    }

    private static Algorithm algorithm(@Nullable String word) throws Unacceptable {
        if (word == null) {
            return Algorithm.RSA;
        }
        for (Algorithm algorithm : Algorithm.values()) {
            if (algorithm.keyType().equals(word)) {
                return algorithm;
            }
        }
        throw new Unacceptable("the type of the key is not known");
    }

    private static byte[] octets(@Nullable String base64) throws Unacceptable {
        if (base64 == null) {
            throw new Unacceptable("the key's record has no p=");
        }
        if (base64.isEmpty()) {
            throw new Unacceptable("the key is revoked");
        }
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new Unacceptable("the key is not base64");
        }
    }

    private static PublicKey rsa(byte[] octets) throws Unacceptable {
        return key("RSA", Der.rsaPublicKey(octets));
    }

    private static PublicKey ed25519(byte[] octets) throws Unacceptable {
        if (octets.length != ED25519_OCTETS) {
            throw new Unacceptable("the key is not of " + ED25519_OCTETS + " octets");
        }
        return key("Ed25519", Der.ed25519PublicKey(octets));
    }

    private static PublicKey key(String type, byte[] encoded) throws Unacceptable {
        try {
            return KeyFactory.getInstance(type).generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new Unacceptable("the key cannot be read");
        }
    }

    private static int bits(PublicKey key, KeyLimits limits) throws Unacceptable {
        if (!(key instanceof RSAPublicKey rsa)) {
            return ED25519_OCTETS * 8;
        }
        int bits = rsa.getModulus().bitLength();
        if (bits < limits.minRsaBits() || bits > limits.maxRsaBits()) {
            throw new Unacceptable("an RSA key of " + bits + " bits is not accepted");
        }
        return bits;
    }

    /**
     * Whether a signature was made with this key.
     *
     * @param signature as {@code b=} has it
     */
    public boolean fits(SignedHeader signed, byte[] signature) {
        try {
            return switch (algorithm) {
                case RSA -> Signing.verifyRsa(key, signed, signature);
                case ED25519 -> Signing.verifyEd25519(key, signed, signature);
            };
        } catch (GeneralSecurityException e) {
            return false; // not even of the length that it must have
        }
    }
}
