package org.qpsmtpd.api.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What a client gave to prove who it is: a name with a password (PLAIN, LOGIN), or with the digest
 * of a challenge (CRAM-MD5). Nothing secret is in its text, and all of it is wiped when the attempt
 * is over.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/Auth.pm}, {@code validate_password}.
 */
public final class Credentials {
    private final String mechanism;
    private final String user;
    private final @Nullable Secret password;
    private final byte[] challenge;
    private final byte[] digest;

    private Credentials(
            String mechanism,
            String user,
            @Nullable Secret password,
            byte[] challenge,
            byte[] digest) {
        this.mechanism = mechanism;
        this.user = user;
        this.password = password;
        this.challenge = challenge;
        this.digest = digest;
    }

    /**
     * A name with its password.
     *
     * @param mechanism in upper case, such as {@code PLAIN}
     * @param user not empty
     * @param password not empty
     */
    public static Credentials withPassword(String mechanism, String user, Secret password) {
        return new Credentials(mechanism, user, password, new byte[0], new byte[0]);
    }

    /**
     * A name with the HMAC-MD5 of a challenge (RFC 2195).
     *
     * @param user not empty
     * @param challenge what the server sent
     * @param digest the 16 octets that the client computed
     */
    public static Credentials withDigest(String user, byte[] challenge, byte[] digest) {
        return new Credentials("CRAM-MD5", user, null, challenge.clone(), digest.clone());
    }

    /** Mechanism in upper case. */
    public String mechanism() {
        return mechanism;
    }

    /**
     * The name that the client gave, prepared by {@link SaslPrep}: up to 255 characters, none of
     * them a control, and not empty. Anything else may be in it.
     */
    public String user() {
        return user;
    }

    /** Whether the password itself is there, and not only a digest. */
    public boolean hasPassword() {
        return password != null;
    }

    /**
     * The password as the client sent it, prepared by {@link SaslPrep}; never empty.
     *
     * @throws IllegalStateException when there is only a digest
     */
    public Secret password() {
        Secret there = password;
        if (there == null) {
            throw new IllegalStateException(mechanism + " sends no password");
        }
        return there;
    }

    /** What the server sent for CRAM-MD5, such as {@code <1a.2b@mx.example.org>}; else empty. */
    public String challenge() {
        return new String(challenge, StandardCharsets.US_ASCII);
    }

    /** The digest in lower-case hexadecimal figures for CRAM-MD5; else empty. */
    public String digest() {
        return HexFormat.of().formatHex(digest);
    }

    /**
     * Whether the client knows a secret that is kept in clear: the password is the same, or the
     * digest is made with it. Takes as long wherever they differ.
     */
    public boolean prove(Secret known) {
        Secret there = password;
        return there == null ? isDigestBy(known) : there.matches(known);
    }

    private boolean isDigestBy(Secret known) {
        byte[] key = known.octets();
        try {
            Mac mac = Mac.getInstance("HmacMD5");
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacMD5"));
            return MessageDigest.isEqual(mac.doFinal(challenge), digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each JDK has HmacMD5", e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** Overwrites what is secret; called by whoever made it when the attempt is over. */
    public void wipe() {
        Arrays.fill(digest, (byte) 0);
        if (password != null) {
            password.wipe();
        }
    }

    @Override
    public String toString() {
        return mechanism + " " + user + " ***";
    }
}
