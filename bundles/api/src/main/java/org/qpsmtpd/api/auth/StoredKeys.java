package org.qpsmtpd.api.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a server keeps of a user's password for SCRAM (RFC 5802 section 3): enough to check a proof,
 * not enough to give one. Arrays are copied in and out; its text shows no key.
 */
public final class StoredKeys {
    /** How often the hash is repeated in new keys. */
    public static final int USUAL_ITERATIONS = 10_000;

    /** How long the salt of new keys is, in octets. */
    public static final int USUAL_SALT = 16;

    private static final int FEWEST_ITERATIONS = 1;
    private static final int MOST_ITERATIONS = 10_000_000;
    private static final int LONGEST_SALT = 1024;

    /** The form of RFC 5803, that of PostgreSQL, and that of Dovecot. */
    private static final Pattern FORM =
            Pattern.compile(
                    "\\{?(SCRAM-SHA-(?:1|256|512))[$}](\\d{1,8})[:,]([^$,]+)[$,]([^:,]+)[:,](.+)",
                    Pattern.CASE_INSENSITIVE);

    private final ScramHash hash;
    private final byte[] salt;
    private final int iterations;
    private final byte[] storedKey;
    private final byte[] serverKey;

    /**
     * Takes keys that are kept.
     *
     * @throws IllegalArgumentException when a key has not the length of the hash, the salt is empty
     *     or longer than 1,024 octets, or the iterations are not 1 to 10,000,000
     */
    public StoredKeys(
            ScramHash hash, byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
        if (storedKey.length != hash.octets() || serverKey.length != hash.octets()) {
            throw new IllegalArgumentException(
                    "a key of " + hash.mechanism() + " has " + hash.octets() + " octets");
        }
        if (salt.length == 0 || salt.length > LONGEST_SALT) {
            throw new IllegalArgumentException("a salt has 1 to " + LONGEST_SALT + " octets");
        }
        if (iterations < FEWEST_ITERATIONS || iterations > MOST_ITERATIONS) {
            throw new IllegalArgumentException(
                    "iterations are " + FEWEST_ITERATIONS + " to " + MOST_ITERATIONS);
        }
        this.hash = hash;
        this.salt = salt.clone();
        this.iterations = iterations;
        this.storedKey = storedKey.clone();
        this.serverKey = serverKey.clone();
    }

    /** Makes keys of a password in clear; takes some milliseconds. */
    public static StoredKeys derive(ScramHash hash, Secret password, byte[] salt, int iterations) {
        char[] characters = prepared(password);
        PBEKeySpec wish = new PBEKeySpec(characters, salt, iterations, hash.octets() * 8);
        try {
            byte[] salted =
                    SecretKeyFactory.getInstance(hash.derivation())
                            .generateSecret(wish)
                            .getEncoded();
            byte[] client = mac(hash, salted, "Client Key".getBytes(StandardCharsets.US_ASCII));
            byte[] server = mac(hash, salted, "Server Key".getBytes(StandardCharsets.US_ASCII));
            byte[] stored = MessageDigest.getInstance(hash.digest()).digest(client);
            Arrays.fill(salted, (byte) 0);
            Arrays.fill(client, (byte) 0);
            return new StoredKeys(hash, salt, iterations, stored, server);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each JDK has " + hash.derivation(), e);
        } finally {
            wish.clearPassword();
            Arrays.fill(characters, '\0');
        }
    }

    private static char[] prepared(Secret password) {
        return SaslPrep.prepare(password).map(Secret::characters).orElseGet(password::characters);
    }

    private static byte[] mac(ScramHash hash, byte[] key, byte[] text)
            throws GeneralSecurityException {
        Mac mac = Mac.getInstance(hash.hmac());
        mac.init(new SecretKeySpec(key, hash.hmac()));
        return mac.doFinal(text);
    }

    /**
     * Reads keys as they are kept in files and databases: {@code
     * SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY} (RFC 5803, PostgreSQL) or {@code
     * {SCRAM-SHA-256}ITERATIONS,SALT,STOREDKEY,SERVERKEY} (Dovecot), all but the iterations in
     * base64.
     *
     * @throws IllegalArgumentException saying what is wrong, without showing a key
     */
    public static StoredKeys parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "keys are written as SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY");
        }
        ScramHash hash =
                ScramHash.ofMechanism(form.group(1))
                        .orElseThrow(() -> new IllegalArgumentException("no such hash"));
        return new StoredKeys(
                hash,
                octets("salt", form.group(3)),
                Integer.parseInt(form.group(2)),
                octets("stored key", form.group(4)),
                octets("server key", form.group(5)));
    }

    private static byte[] octets(String what, String text) {
        try {
            return Base64.getDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the " + what + " is not base64", e);
        }
    }

    /** As {@link #parse} reads it, in the form of RFC 5803. Whoever has it can try passwords. */
    public String format() {
        Base64.Encoder base64 = Base64.getEncoder();
        return hash.mechanism()
                + "$"
                + iterations
                + ":"
                + base64.encodeToString(salt)
                + "$"
                + base64.encodeToString(storedKey)
                + ":"
                + base64.encodeToString(serverKey);
    }

    /** Whether they are made of a password; takes some milliseconds. */
    public boolean matches(Secret password) {
        StoredKeys made = derive(hash, password, salt, iterations);
        return MessageDigest.isEqual(made.storedKey, storedKey);
    }

    /** What they are made with. */
    public ScramHash hash() {
        return hash;
    }

    /** The salt. */
    public byte[] salt() {
        return salt.clone();
    }

    /** How often the hash is repeated. */
    public int iterations() {
        return iterations;
    }

    /** The key that checks the client's proof. */
    public byte[] storedKey() {
        return storedKey.clone();
    }

    /** The key that proves the server to the client. */
    public byte[] serverKey() {
        return serverKey.clone();
    }

    @Override
    public String toString() {
        return hash.mechanism() + " keys of " + iterations + " iterations";
    }
}
