package org.qpsmtpd.plugin.httpconfig;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/**
 * An address to which the names of configuration files are added.
 *
 * @param prefix as it is written
 */
record SourceUrl(String prefix) {
    private static final String PLAIN = "-._~/";

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static SourceUrl parse(String text) {
        SourceUrl source = new SourceUrl(text);
        URI whole;
        try {
            whole = new URI(text + "me");
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + text + "' is no URL: " + e.getReason(), e);
        }
        String scheme = whole.getScheme() == null ? "" : whole.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("'" + text + "' is no http: or https: URL");
        }
        if (whole.getHost() == null || whole.getRawFragment() != null) {
            throw new IllegalArgumentException("'" + text + "' names no host, or has a #");
        }
        if (whole.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "the URL of " + whole.getHost() + " has a user, which would not be sent");
        }
        return source;
    }

    /** Where a file's content is. */
    URI of(String name) {
        StringBuilder url = new StringBuilder(prefix);
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xFF);
            boolean plain =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || PLAIN.indexOf(c) >= 0;
            url.append(
                    plain
                            ? String.valueOf(c)
                            : "%" + HexFormat.of().withUpperCase().toHexDigits(octet));
        }
        return URI.create(url.toString());
    }

    @Override
    public String toString() {
        return prefix;
    }
}
