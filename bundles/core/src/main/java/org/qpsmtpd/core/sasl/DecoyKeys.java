package org.qpsmtpd.core.sasl;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.StoredKeys;

/**
 * Keys for users that are not there: always the same ones for a name, and no password fits, so that
 * nobody finds out by SCRAM who has an account (RFC 5802 section 9).
 */
public final class DecoyKeys {
    private static final String HMAC = "HmacSHA512";

    private final byte[] random = new byte[32];

    /** With a secret of this run, for where no other is configured. */
    public DecoyKeys() {
        new SecureRandom().nextBytes(random);
    }

    /**
     * The keys of a user.
     *
     * @param secret what they are made with; empty for that of this run
     */
    public StoredKeys of(String secret, ScramHash hash, String user, int iterations) {
        byte[] key = secret.isEmpty() ? random : secret.getBytes(StandardCharsets.UTF_8);
        return new StoredKeys(
                hash,
                part(key, "salt", hash, user, StoredKeys.USUAL_SALT),
                iterations,
                part(key, "stored", hash, user, hash.octets()),
                part(key, "server", hash, user, hash.octets()));
    }

    private static byte[] part(byte[] key, String what, ScramHash hash, String user, int octets) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            String text = what + " " + hash.mechanism() + " " + user;
            return Arrays.copyOf(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)), octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each JDK has " + HMAC, e);
        }
    }
}
