package org.qpsmtpd.passwords;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.qpsmtpd.api.auth.Secret;

/**
 * PBKDF2 (RFC 8018) in three forms: {@code $pbkdf2-sha256$ROUNDS$SALT$HASH}, Django's {@code
 * pbkdf2_sha256$ROUNDS$SALT$HASH} and Dovecot's {@code $1$SALT$ROUNDS$HASH}.
 */
final class Pbkdf2Hash implements Hash {
    private static final int MOST_ROUNDS = 2_000_000;
    private static final int LONGEST = 128;
    private static final int LEAST_HASH = 16;

    /** What OWASP recommends for SHA-256. */
    private static final int USUAL_ROUNDS = 600_000;

    private static final int USUAL_SALT = 16;
    private static final int USUAL_HASH = 32;

    private static final Pattern USUAL =
            Pattern.compile(
                    "\\$pbkdf2(|-sha1|-sha256|-sha512)\\$(\\d{1,9})"
                            + "\\$([A-Za-z0-9./+]{1,200})\\$([A-Za-z0-9./+]{1,200})");
    private static final Pattern DJANGO =
            Pattern.compile(
                    "pbkdf2_(sha1|sha256|sha512)\\$(\\d{1,9})"
                            + "\\$([A-Za-z0-9]{1,128})\\$([A-Za-z0-9/+]{1,200}={0,2})");
    private static final Pattern DOVECOT =
            Pattern.compile(
                    "\\$1\\$([\\x21-\\x23\\x25-\\x7e]{1,128})\\$(\\d{1,9})\\$([0-9a-f]{32,256})");

    private final String hmac;
    private final int rounds;
    private final byte[] salt;
    private final byte[] hash;

    private Pbkdf2Hash(String hmac, int rounds, byte[] salt, byte[] hash) {
        this.hmac = hmac;
        this.rounds = rounds;
        this.salt = salt;
        this.hash = hash;
        Bounds.check("the rounds of PBKDF2", rounds, 1, MOST_ROUNDS);
        int blocks = (hash.length + octetsOf(hmac) - 1) / octetsOf(hmac);
        Bounds.check("the rounds times blocks of PBKDF2", (long) rounds * blocks, 1, MOST_ROUNDS);
        Bounds.check("the length of the salt", salt.length, 1, LONGEST);
        Bounds.check("the length of the hash", hash.length, LEAST_HASH, LONGEST);
    }

    private static int octetsOf(String hmac) {
        return switch (hmac) {
            case "sha1" -> 20;
            case "sha256" -> 32;
            default -> 64;
        };
    }

    /** Whether a text is meant to be such a hash, of the first two forms. */
    static boolean isOne(String text) {
        return text.startsWith("$pbkdf2") || text.startsWith("pbkdf2_");
    }

    static Pbkdf2Hash parse(String text) {
        Matcher usual = USUAL.matcher(text);
        if (usual.matches()) {
            String hmac = usual.group(1).isEmpty() ? "sha1" : usual.group(1).substring(1);
            return new Pbkdf2Hash(
                    hmac,
                    Bounds.number(usual.group(2)),
                    octets(usual.group(3).replace('.', '+')),
                    octets(usual.group(4).replace('.', '+')));
        }
        Matcher django = DJANGO.matcher(text);
        if (django.matches()) {
            return new Pbkdf2Hash(
                    django.group(1),
                    Bounds.number(django.group(2)),
                    django.group(3).getBytes(StandardCharsets.US_ASCII),
                    octets(django.group(4)));
        }
        throw new IllegalArgumentException(
                "a PBKDF2 hash is $pbkdf2-sha256$ROUNDS$SALT$HASH or pbkdf2_sha256$ROUNDS$SALT$HASH");
    }

    /** The form that Dovecot writes behind {@code {PBKDF2}}. */
    static Pbkdf2Hash parseOfDovecot(String text) {
        Matcher form = DOVECOT.matcher(text);
        if (!form.matches() || form.group(3).length() % 2 != 0) {
            throw new IllegalArgumentException(
                    "behind {PBKDF2} a hash is $1$SALT$ROUNDS$HEXADECIMAL");
        }
        return new Pbkdf2Hash(
                "sha1",
                Bounds.number(form.group(2)),
                form.group(1).getBytes(StandardCharsets.US_ASCII),
                HexFormat.of().parseHex(form.group(3)));
    }

    private static byte[] octets(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("salt or hash of PBKDF2 is not base64", e);
        }
    }

    static String make(Secret password) {
        byte[] salt = new byte[USUAL_SALT];
        new SecureRandom().nextBytes(salt);
        Pbkdf2Hash made = new Pbkdf2Hash("sha256", USUAL_ROUNDS, salt, new byte[USUAL_HASH]);
        return "$pbkdf2-sha256$"
                + USUAL_ROUNDS
                + "$"
                + text(salt)
                + "$"
                + text(made.compute(password));
    }

    private static String text(byte[] octets) {
        return Base64.getEncoder().withoutPadding().encodeToString(octets).replace('+', '.');
    }

    @Override
    public boolean matches(Secret password) {
        return MessageDigest.isEqual(compute(password), hash);
    }

    private byte[] compute(Secret password) {
        char[] characters = password.characters();
        PBEKeySpec wish = new PBEKeySpec(characters, salt, rounds, hash.length * 8);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmac" + hmac.toUpperCase(Locale.ROOT))
                    .generateSecret(wish)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each JDK has PBKDF2 with " + hmac, e);
        } finally {
            wish.clearPassword();
            Arrays.fill(characters, '\0');
        }
    }
}
