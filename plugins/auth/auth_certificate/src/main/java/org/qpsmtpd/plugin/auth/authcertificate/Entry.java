package org.qpsmtpd.plugin.auth.authcertificate;

import java.util.Locale;
import org.qpsmtpd.api.auth.SaslPrep;

/**
 * A line of the file.
 *
 * @param fingerprint SHA-256 of the certificate, 64 lower-case hexadecimal figures
 * @param user empty for one by which nobody is let in
 */
record Entry(String fingerprint, String user) {
    private static final String NOBODY = "-";
    private static final int LONGEST_NAME = 255;

    /**
     * Reads one: {@code FINGERPRINT USER}, colons in the fingerprint count for nothing.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    static Entry parse(String line) {
        String[] words = line.strip().split("[ \t]+", -1);
        String figures = words[0].replace(":", "").toLowerCase(Locale.ROOT);
        if (!figures.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "'"
                            + words[0]
                            + "' is not the SHA-256 fingerprint of a certificate; see openssl x509"
                            + " -noout -fingerprint -sha256 -in FILE");
        }
        if (words.length != 2) {
            throw new IllegalArgumentException("behind the fingerprint stands one name of a user");
        }
        return new Entry(figures, words[1].equals(NOBODY) ? "" : name(words[1]));
    }

    private static String name(String text) {
        return SaslPrep.prepare(text)
                .filter(name -> !name.isEmpty() && name.length() <= LONGEST_NAME)
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' cannot be a user"));
    }
}
