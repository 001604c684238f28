package org.qpsmtpd.passwords;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.qpsmtpd.api.auth.Secret;

/** bcrypt, such as {@code $2b$12$...}. */
final class BcryptHash implements Hash {
    /** One more takes twice as long; this is about a second. */
    private static final int MOST_COST = 14;

    /** Octets behind these would not count. */
    private static final int LONGEST = 72;

    private static final int LEAST_COST = 4;
    private static final int USUAL_COST = 12;
    private static final int SALT_OCTETS = 16;

    private static final Pattern FORM = Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");

    private final String text;

    private BcryptHash(String text) {
        this.text = text;
    }

    static BcryptHash parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "a bcrypt hash is $2b$, two figures of cost, $, and 53 characters");
        }
        Bounds.check("the cost of bcrypt", Integer.parseInt(form.group(1)), LEAST_COST, MOST_COST);
        return new BcryptHash(text);
    }

    static String make(Secret password) {
        byte[] salt = new byte[SALT_OCTETS];
        new SecureRandom().nextBytes(salt);
        byte[] octets = password.octets();
        try {
            if (octets.length > LONGEST) {
                throw new IllegalArgumentException(
                        "bcrypt takes passwords of at most " + LONGEST + " octets");
            }
            return OpenBSDBCrypt.generate("2b", octets, salt, USUAL_COST);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    @Override
    public boolean matches(Secret password) {
        byte[] octets = password.octets();
        try {
            return OpenBSDBCrypt.checkPassword(text, octets);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }
}
