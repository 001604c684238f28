package org.qpsmtpd.passwords;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.SaslPrep;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.auth.StoredKeys;

/**
 * What is kept of a user's password: the password itself, keys for SCRAM made of it, or a hash. Its
 * text shows nothing of it. Safe for use by several threads.
 */
public final class StoredPassword {
    private static final Pattern SCHEME = Pattern.compile("\\{([A-Za-z0-9-]{1,20})}(.*)");

    private final @Nullable Secret clear;
    private final @Nullable Hash hash;
    private final @Nullable StoredKeys keys;
    private final Map<ScramHash, StoredKeys> made = new ConcurrentHashMap<>(0);

    private StoredPassword(@Nullable Secret clear, @Nullable Hash hash, @Nullable StoredKeys keys) {
        this.clear = clear;
        this.hash = hash;
        this.keys = keys;
    }

    /**
     * Reads what is kept. By its beginning it is
     *
     * <ul>
     *   <li>{@code $argon2id$ $argon2i$}: argon2; memory up to 64 MiB, times passes up to 256 MiB
     *   <li>{@code $2a$ $2b$ $2y$}: bcrypt; cost up to 14
     *   <li>{@code $pbkdf2-sha256$ $pbkdf2-sha512$ $pbkdf2$ pbkdf2_sha256$}: PBKDF2; up to
     *       2,000,000 rounds
     *   <li>{@code $1$ $5$ $6$}: crypt(3); up to 1,000,000 rounds
     *   <li>{@code SCRAM-SHA-256$} or {@code {SCRAM-SHA-256}}: keys, see {@link StoredKeys#parse}
     *   <li>{@code {SCHEME}} as Dovecot and LDAP directories have it: one of those above, {@code
     *       {CRYPT}} (DES, too), {@code {SHA} {SSHA} {SHA256} {SSHA256} {SHA512} {SSHA512} {MD5}
     *       {SMD5} {PBKDF2}}, or {@code {PLAIN}}
     *   <li>else the password in clear
     * </ul>
     *
     * @throws IllegalArgumentException saying what is wrong, without showing anything of it
     */
    public static StoredPassword parse(String text) {
        Matcher scheme = SCHEME.matcher(text);
        if (scheme.matches()) {
            return ofScheme(scheme.group(1).toUpperCase(Locale.ROOT), scheme.group(2), text);
        }
        if (text.toUpperCase(Locale.ROOT).startsWith("SCRAM-SHA-")) {
            return new StoredPassword(null, null, StoredKeys.parse(text));
        }
        if (text.startsWith("$") || Pbkdf2Hash.isOne(text)) {
            return of(hash(text));
        }
        if (text.startsWith("{")) {
            throw new IllegalArgumentException("a scheme is written as {SCHEME}");
        }
        return clear(text);
    }

    /**
     * Reads what crypt(3) has made, DES too, as qpsmtpd's databases keep it.
     *
     * @throws IllegalArgumentException saying what is wrong, without showing anything of it
     */
    public static StoredPassword ofCrypt(String text) {
        return of(text.startsWith("$") ? hash(text) : CryptHash.parse(text));
    }

    /**
     * A password in clear, whatever it looks like.
     *
     * @throws IllegalArgumentException when it is empty, or has a control
     */
    public static StoredPassword clear(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("the password is empty");
        }
        Secret prepared =
                SaslPrep.prepare(Secret.of(text))
                        .orElseThrow(
                                () -> new IllegalArgumentException("the password has a control"));
        return new StoredPassword(prepared, null, null);
    }

    private static StoredPassword of(Hash hash) {
        return new StoredPassword(null, hash, null);
    }

    private static StoredPassword ofScheme(String scheme, String rest, String whole) {
        return switch (scheme) {
            case "PLAIN", "CLEAR", "CLEARTEXT" -> clear(rest);
            case "CRYPT", "DES-CRYPT" -> ofCrypt(rest);
            case "PBKDF2" -> of(Pbkdf2Hash.parseOfDovecot(rest));
            case "BLF-CRYPT", "MD5-CRYPT", "SHA256-CRYPT", "SHA512-CRYPT", "ARGON2ID", "ARGON2I" ->
                    of(hash(rest));
            case "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512" ->
                    new StoredPassword(null, null, StoredKeys.parse(whole));
            default ->
                    of(
                            DigestHash.parse(scheme, rest)
                                    .orElseThrow(() -> unknown("{" + scheme + "}")));
        };
    }

    private static Hash hash(String text) {
        if (text.startsWith("$2")) {
            return BcryptHash.parse(text);
        }
        if (text.startsWith("$argon2")) {
            return ArgonHash.parse(text);
        }
        if (Pbkdf2Hash.isOne(text)) {
            return Pbkdf2Hash.parse(text);
        }
        if (text.startsWith("$1$") || text.startsWith("$5$") || text.startsWith("$6$")) {
            return CryptHash.parse(text);
        }
        throw unknown(text.startsWith("$y$") ? "yescrypt ($y$)" : "the form of the hash");
    }

    private static IllegalArgumentException unknown(String what) {
        return new IllegalArgumentException(
                what
                        + " is not known; give the user a new password, kept as bin/auth_entry"
                        + " makes it");
    }

    /**
     * Whether a client has proved that it knows the password. False for a digest where the password
     * is not kept in clear. Where not {@link #isQuick} it may take a second.
     */
    public boolean isProvedBy(Credentials given) {
        Secret known = clear;
        if (known != null) {
            return given.prove(known);
        }
        if (!given.hasPassword()) {
            return false;
        }
        StoredKeys kept = keys;
        Hash its = hash;
        return kept == null
                ? its != null && its.matches(given.password())
                : kept.matches(given.password());
    }

    /** Whether the password is kept in clear, so that digests can be checked. */
    public boolean isClear() {
        return clear != null;
    }

    /** Whether to compare takes less than a millisecond or so. */
    public boolean isQuick() {
        Hash its = hash;
        return clear != null || (its != null && its.isQuick());
    }

    /**
     * Keys for SCRAM: those that are kept, or made, once, of a password in clear; empty for hashes,
     * and where keys for another hash are kept.
     */
    public Optional<StoredKeys> keys(ScramHash wanted) {
        Secret password = clear;
        return password == null
                ? Optional.ofNullable(keys).filter(its -> its.hash() == wanted)
                : Optional.of(made.computeIfAbsent(wanted, its -> derive(its, password)));
    }

    private static StoredKeys derive(ScramHash wanted, Secret password) {
        byte[] salt = new byte[StoredKeys.USUAL_SALT];
        new SecureRandom().nextBytes(salt);
        return StoredKeys.derive(wanted, password, salt, StoredKeys.USUAL_ITERATIONS);
    }

    @Override
    public String toString() {
        return "***";
    }
}
