package org.qpsmtpd.plugin.auth.authsql;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.auth.StoredKeys;
import org.qpsmtpd.passwords.StoredPassword;
import org.qpsmtpd.sql.Row;

/** A user of the database. Its text shows nothing of the password. */
final class Account {
    private final String text;
    private final @Nullable StoredPassword password;

    private Account(String text, @Nullable StoredPassword password) {
        this.text = text;
        this.password = password;
    }

    /**
     * Reads a row.
     *
     * @param isVpopmail whether what is not in clear is crypt(3)'s
     * @throws IllegalArgumentException when the password is kept in a form that is not known; shows
     *     nothing of it
     */
    static Account of(Row row, boolean isVpopmail) {
        String clear = row.value("clear").orElse("");
        if (!clear.isEmpty()) {
            return new Account(clear, StoredPassword.clear(clear));
        }
        String kept = row.value("password").or(row::first).orElse("").strip();
        if (kept.isEmpty()) {
            return new Account("", null);
        }
        return isVpopmail
                ? new Account("", StoredPassword.ofCrypt(kept))
                : new Account(kept.replaceFirst("^\\{[^}]*}", ""), StoredPassword.parse(kept));
    }

    boolean hasPassword() {
        return password != null;
    }

    boolean isClear() {
        return password != null && password.isClear();
    }

    /** Whether the credentials are its own; false for a digest without a password in clear. */
    boolean isProvedBy(Credentials given) {
        return password != null && password.isProvedBy(given);
    }

    /**
     * Its keys, made of the password where that is in clear.
     *
     * @param salting for the salt, which is the same for a user each time
     */
    Optional<StoredKeys> keys(ScramHash hash, String user, byte[] salting) {
        if (password == null) {
            return Optional.empty();
        }
        return password.isClear()
                ? Optional.of(
                        StoredKeys.derive(
                                hash,
                                Secret.of(text),
                                salt(user, salting),
                                StoredKeys.USUAL_ITERATIONS))
                : password.keys(hash);
    }

    private static byte[] salt(String user, byte[] salting) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(salting, "HmacSHA256"));
            byte[] made = mac.doFinal(user.getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(made, StoredKeys.USUAL_SALT);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each JDK has HmacSHA256", e);
        }
    }
}
