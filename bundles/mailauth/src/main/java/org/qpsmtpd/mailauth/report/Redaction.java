package org.qpsmtpd.mailauth.report;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Takes persons out of a message that is reported (RFC 6590): in place of the local part of an
 * address stands a digest of it, which is the same for the same address and which nobody can
 * reverse without the key. Of the header only what tells the way and the signatures is left.
 */
public final class Redaction {
    private static final String DIGEST = "HmacSHA256";
    private static final int OCTETS = 12;
    private static final int LONGEST_HEADER = 64 * 1024;
    private static final int LONGEST_FIELD = 8 * 1024;
    private static final Pattern ADDRESS =
            Pattern.compile("([^\\s<>\"'()\\[\\],;:@]{1,512}+)@([A-Za-z0-9.-]{1,253}+)");

    /** Fields that are left as they are but for addresses. */
    private static final Set<String> KEPT =
            Set.of(
                    "authentication-results",
                    "date",
                    "list-id",
                    "mime-version",
                    "received",
                    "received-spf",
                    "return-path");

    /** Fields with names of persons, of which only the addresses are left. */
    private static final Set<String> PERSONS = Set.of("cc", "from", "reply-to", "sender", "to");

    /** Fields that are left word for word, since a signature covers them or is in them. */
    private static final Set<String> WHOLE = Set.of("dkim-signature", "message-id");

    private final byte[] key;

    /**
     * @param key secret; with the same one addresses become the same digests
     */
    public Redaction(byte[] key) {
        this.key = key.clone();
    }

    /** An address, or a text with addresses. */
    public String addresses(String text) {
        Matcher address = ADDRESS.matcher(text);
        return address.replaceAll(
                found -> Matcher.quoteReplacement(digest(found.group(1)) + "@" + found.group(2)));
    }

    private String digest(String local) {
        try {
            Mac mac = Mac.getInstance(DIGEST);
            mac.init(new SecretKeySpec(key, DIGEST));
            byte[] digest = mac.doFinal(local.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(Arrays.copyOf(digest, OCTETS));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each JDK has " + DIGEST, e);
        }
    }

    /**
     * The fields of a header that may be told.
     *
     * @param header fields with CRLF or LF, one character for each octet
     * @return the same with CRLF; what is too long is left out
     */
    public String header(String header) {
        String text =
                header.length() > LONGEST_HEADER ? header.substring(0, LONGEST_HEADER) : header;
        StringBuilder kept = new StringBuilder();
        for (String field : text.split("\r?\n(?![ \t])", -1)) {
            int colon = field.indexOf(':');
            if (colon > 0 && field.length() <= LONGEST_FIELD) {
                kept.append(field(field.substring(0, colon).strip(), field.substring(colon + 1)));
            }
        }
        return kept.toString();
    }

    private String field(String name, String value) {
        String known = name.toLowerCase(Locale.ROOT);
        if (WHOLE.contains(known)) {
            return name + ":" + folded(value) + MailText.END;
        }
        if (KEPT.contains(known)) {
            return name + ":" + folded(addresses(value)) + MailText.END;
        }
        return PERSONS.contains(known) ? MailText.field(name, persons(value)) : "";
    }

    private String persons(String value) {
        StringBuilder all = new StringBuilder();
        Matcher address = ADDRESS.matcher(value);
        while (address.find()) {
            all.append(all.isEmpty() ? "" : ", ");
            all.append('<').append(digest(address.group(1))).append('@');
            all.append(address.group(2)).append('>');
        }
        return all.toString();
    }

    /** Line ends with a blank behind each, and ASCII. */
    private static String folded(String value) {
        return value.replaceAll("\r?\n", "\n")
                .replaceAll("[^ -~\t\n]", "?")
                .replace("\n", MailText.END);
    }
}
