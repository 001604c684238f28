package org.qpsmtpd.plugin.auth.authflatfile;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.SaslPrep;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.auth.StoredKeys;

/** A line of the file: a user with a password in clear, or with keys made of one. */
final class Entry {
    private final String user;
    private final @Nullable Secret password;
    private volatile @Nullable StoredKeys keys;

    private Entry(String user, @Nullable Secret password, @Nullable StoredKeys keys) {
        this.user = user;
        this.password = password;
        this.keys = keys;
    }

    /**
     * Reads {@code USER@DOMAIN:PASSWORD}.
     *
     * @throws IllegalArgumentException saying what is wrong, without showing the password
     */
    static Entry parse(String line) {
        int colon = line.indexOf(':');
        if (colon < 1 || colon == line.length() - 1) {
            throw new IllegalArgumentException("a line is written as USER@DOMAIN:PASSWORD");
        }
        String user = line.substring(0, colon).strip();
        String secret = line.substring(colon + 1).strip();
        if (user.indexOf('@') < 1) {
            throw new IllegalArgumentException("'" + user + "' is not of the form USER@DOMAIN");
        }
        String start = secret.toUpperCase(Locale.ROOT);
        if (start.startsWith("SCRAM-SHA-") || start.startsWith("{SCRAM-SHA-")) {
            return new Entry(user, null, StoredKeys.parse(secret));
        }
        if (secret.startsWith("{") || secret.startsWith("$")) {
            throw new IllegalArgumentException(
                    "the password of "
                            + user
                            + " is in a form that is not known; write it in clear, or as"
                            + " SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY");
        }
        Secret prepared =
                SaslPrep.prepare(Secret.of(secret))
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "the password of " + user + " has a control"));
        return new Entry(user, prepared, null);
    }

    String user() {
        return user;
    }

    boolean isClear() {
        return password != null;
    }

    /** Whether the credentials are its own; always false for a digest where only keys are kept. */
    boolean isProvedBy(Credentials given) {
        Secret clear = password;
        if (clear != null) {
            return given.prove(clear);
        }
        StoredKeys kept = keys;
        return kept != null && given.hasPassword() && kept.matches(given.password());
    }

    /** Its keys, made once where the password is in clear. */
    Optional<StoredKeys> keys(ScramHash hash) {
        StoredKeys known = keys;
        Secret clear = password;
        if (known == null && clear != null) {
            byte[] salt = new byte[StoredKeys.USUAL_SALT];
            new SecureRandom().nextBytes(salt);
            known = StoredKeys.derive(hash, clear, salt, StoredKeys.USUAL_ITERATIONS);
            keys = known;
        }
        return Optional.ofNullable(known).filter(its -> its.hash() == hash);
    }
}
