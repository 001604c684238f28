package org.qpsmtpd.passwords;

import java.security.SecureRandom;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.auth.StoredKeys;

/** In which form a new password is kept. {@link StoredPassword#parse} reads all of them. */
public enum PasswordForm {
    /** argon2id with 19 MiB and two passes; for PLAIN and LOGIN. */
    ARGON2ID("argon2id"),

    /** bcrypt of cost 12, for passwords of at most 72 octets; for PLAIN and LOGIN. */
    BCRYPT("bcrypt"),

    /** PBKDF2 by SHA-256 in 600,000 rounds; for PLAIN and LOGIN. */
    PBKDF2("pbkdf2"),

    /** crypt(3) by SHA-512, which other programs of Unix read; for PLAIN and LOGIN. */
    SHA512_CRYPT("sha512-crypt"),

    /** Keys of SCRAM-SHA-256; for that, PLAIN and LOGIN. */
    SCRAM("scram-sha-256");

    private final String word;

    PasswordForm(String word) {
        this.word = word;
    }

    /** Its name for people. */
    public String word() {
        return word;
    }

    /**
     * What is to be kept of a password; takes up to a second.
     *
     * @param password prepared by {@link org.qpsmtpd.api.auth.SaslPrep}
     * @throws IllegalArgumentException when the form cannot keep all of it
     */
    public String make(Secret password) {
        return switch (this) {
            case ARGON2ID -> ArgonHash.make(password);
            case BCRYPT -> BcryptHash.make(password);
            case PBKDF2 -> Pbkdf2Hash.make(password);
            case SHA512_CRYPT -> CryptHash.make(password);
            case SCRAM -> keys(password);
        };
    }

    private static String keys(Secret password) {
        byte[] salt = new byte[StoredKeys.USUAL_SALT];
        new SecureRandom().nextBytes(salt);
        return StoredKeys.derive(ScramHash.SHA_256, password, salt, StoredKeys.USUAL_ITERATIONS)
                .format();
    }
}
