package org.qpsmtpd.passwords;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.qpsmtpd.api.auth.Secret;

/**
 * argon2id or argon2i (RFC 9106), such as {@code $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH}. All
 * comparisons of a server together have as much memory as the largest may take.
 */
final class ArgonHash implements Hash {
    private static final int MOST_KIBIBYTES = 64 * 1024;
    private static final int MOST_PASSES = 20;

    /** Kibibytes times passes: what takes about a second. */
    private static final long MOST_WORK = 4L * MOST_KIBIBYTES;

    private static final int MOST_LANES = 16;
    private static final int LONGEST = 128;
    private static final int LEAST_SALT = 8;
    private static final int LEAST_HASH = 16;

    private static final int USUAL_KIBIBYTES = 19 * 1024;
    private static final int USUAL_PASSES = 2;
    private static final int USUAL_SALT = 16;
    private static final int USUAL_HASH = 32;

    private static final Pattern FORM =
            Pattern.compile(
                    "\\$argon2(id?)\\$v=19\\$m=(\\d{1,9}),t=(\\d{1,9}),p=(\\d{1,9})"
                            + "\\$([A-Za-z0-9+/]{1,200})\\$([A-Za-z0-9+/]{1,200})");

    private static final Semaphore KIBIBYTES = new Semaphore(MOST_KIBIBYTES, true);

    private final int type;
    private final int kibibytes;
    private final int passes;
    private final int lanes;
    private final byte[] salt;
    private final byte[] hash;

    private ArgonHash(int type, int kibibytes, int passes, int lanes, byte[] salt, byte[] hash) {
        this.type = type;
        this.kibibytes = kibibytes;
        this.passes = passes;
        this.lanes = lanes;
        this.salt = salt;
        this.hash = hash;
    }

    static ArgonHash parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "an argon2 hash is $argon2id$v=19$m=KIBIBYTES,t=PASSES,p=LANES$SALT$HASH");
        }
        int lanes = Bounds.number(form.group(4));
        Bounds.check("p= of argon2", lanes, 1, MOST_LANES);
        int kibibytes = Bounds.number(form.group(2));
        Bounds.check("m= of argon2", kibibytes, 8L * lanes, MOST_KIBIBYTES);
        int passes = Bounds.number(form.group(3));
        Bounds.check("t= of argon2", passes, 1, MOST_PASSES);
        Bounds.check("m= times t= of argon2", (long) kibibytes * passes, 1, MOST_WORK);
        byte[] salt = octets(form.group(5));
        Bounds.check("the length of the salt", salt.length, LEAST_SALT, LONGEST);
        byte[] hash = octets(form.group(6));
        Bounds.check("the length of the hash", hash.length, LEAST_HASH, LONGEST);
        int type =
                form.group(1).equals("id") ? Argon2Parameters.ARGON2_id : Argon2Parameters.ARGON2_i;
        return new ArgonHash(type, kibibytes, passes, lanes, salt, hash);
    }

    private static byte[] octets(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("salt or hash of argon2 is not base64", e);
        }
    }

    static String make(Secret password) {
        byte[] salt = new byte[USUAL_SALT];
        new SecureRandom().nextBytes(salt);
        ArgonHash made =
                new ArgonHash(
                        Argon2Parameters.ARGON2_id,
                        USUAL_KIBIBYTES,
                        USUAL_PASSES,
                        1,
                        salt,
                        new byte[USUAL_HASH]);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m="
                + USUAL_KIBIBYTES
                + ",t="
                + USUAL_PASSES
                + ",p=1$"
                + base64.encodeToString(salt)
                + "$"
                + base64.encodeToString(made.compute(password));
    }

    @Override
    public boolean matches(Secret password) {
        return MessageDigest.isEqual(compute(password), hash);
    }

    private byte[] compute(Secret password) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(
                new Argon2Parameters.Builder(type)
                        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                        .withMemoryAsKB(kibibytes)
                        .withIterations(passes)
                        .withParallelism(lanes)
                        .withSalt(salt)
                        .build());
        byte[] octets = password.octets();
        byte[] computed = new byte[hash.length];
        try {
            KIBIBYTES.acquire(kibibytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the comparison was given up", e);
        }
        try {
            generator.generateBytes(octets, computed);
        } finally {
            KIBIBYTES.release(kibibytes);
            Arrays.fill(octets, (byte) 0);
        }
        return computed;
    }
}
