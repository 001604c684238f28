package org.qpsmtpd.passwords;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.Crypt;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.Secret;

/** What {@code crypt(3)} makes: {@code $1$}, {@code $5$}, {@code $6$}, and DES. */
final class CryptHash implements Hash {
    private static final int LEAST_ROUNDS = 1000;
    private static final int MOST_ROUNDS = 1_000_000;

    private static final Pattern FORM =
            Pattern.compile(
                    "\\$1\\$[./A-Za-z0-9]{0,8}\\$[./A-Za-z0-9]{22}"
                            + "|\\$5\\$(rounds=(\\d{1,9})\\$)?[./A-Za-z0-9]{0,16}\\$[./A-Za-z0-9]{43}"
                            + "|\\$6\\$(rounds=(\\d{1,9})\\$)?[./A-Za-z0-9]{0,16}\\$[./A-Za-z0-9]{86}"
                            + "|[./A-Za-z0-9]{13}");

    private final String text;

    private CryptHash(String text) {
        this.text = text;
    }

    static CryptHash parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "a hash of crypt(3) is $1$SALT$HASH, $5$SALT$HASH, $6$SALT$HASH, or 13"
                            + " characters");
        }
        checkRounds(form.group(2));
        checkRounds(form.group(4));
        return new CryptHash(text);
    }

    private static void checkRounds(@Nullable String figures) {
        if (figures != null) {
            Bounds.check("rounds=", Bounds.number(figures), LEAST_ROUNDS, MOST_ROUNDS);
        }
    }

    static String make(Secret password) {
        byte[] octets = password.octets();
        try {
            return Sha2Crypt.sha512Crypt(octets);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    @Override
    public boolean matches(Secret password) {
        byte[] octets = password.octets();
        try {
            String made = Crypt.crypt(octets, text);
            return MessageDigest.isEqual(
                    made.getBytes(StandardCharsets.US_ASCII),
                    text.getBytes(StandardCharsets.US_ASCII));
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    /** MD5 and DES are. */
    @Override
    public boolean isQuick() {
        return text.startsWith("$1$") || text.charAt(0) != '$';
    }
}
