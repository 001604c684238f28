package org.qpsmtpd.plugin.dmarc.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HexFormat;

/** Keys of the store. Lists are entries with numbers, so that nobody has to look at all entries. */
final class Keys {
    private static final int OCTETS = 16;

    private Keys() {}

    /** How many domains there are. */
    static String domains(LocalDate day) {
        return "domains " + day;
    }

    /** One of the domains, from 1 on. */
    static String domain(LocalDate day, long number) {
        return "domain " + day + " " + number;
    }

    /** What is known of a domain. */
    static String about(LocalDate day, String domain) {
        return "about " + day + " " + domain;
    }

    /** How many rows all domains have. */
    static String rows(LocalDate day) {
        return "rows " + day;
    }

    /** The digest of one of a domain's rows, from 1 on. */
    static String row(LocalDate day, String domain, long number) {
        return "row " + day + " " + number + " " + domain;
    }

    /** A row of a domain. */
    static String seen(LocalDate day, String domain, String digest) {
        return "seen " + day + " " + digest + " " + domain;
    }

    /** What became of a report. */
    static String report(LocalDate day, String domain) {
        return "report " + day + " " + domain;
    }

    /** How many failure reports a domain got in the hour. */
    static String failures(String domain) {
        return "failures " + domain;
    }

    static String digest(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(digest, OCTETS));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each JDK has SHA-256", e);
        }
    }
}
