package org.qpsmtpd.plugin.uribl;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Finds hosts in a text: behind {@code scheme://}, and words that end in a top-level domain. Each
 * character is looked at a few times only, whatever the text.
 */
final class HostFinder {
    private static final int LONGEST_AUTHORITY = 2000;
    private static final int LONGEST_HOST = 300;
    private static final String DOTS = ".\u3002\uFF0E\uFF61";

    private final Consumer<String> links;
    private final Consumer<String> words;

    /**
     * @param links takes what stands where an address has its host; any text
     * @param words takes words that may be hosts
     */
    HostFinder(Consumer<String> links, Consumer<String> words) {
        this.links = links;
        this.words = words;
    }

    /**
     * Searches a text, and what it hides behind {@code %XX}, such as the target of a redirection.
     */
    void search(String text) {
        String searched = text;
        for (int round = 0; round < 3; round++) {
            searchLinks(searched);
            searchWords(searched);
            String decoded = percentDecoded(searched);
            if (decoded.equals(searched)) {
                return;
            }
            searched = decoded;
        }
    }

    /** Searches the value of an attribute, which may have no scheme. */
    void searchLink(String value) {
        String link = value.strip();
        boolean hasNoScheme =
                link.length() > 2 && isSlash(link.charAt(0)) && isSlash(link.charAt(1));
        search(hasNoScheme ? "http:" + link : link);
    }

    private void searchLinks(String text) {
        int colon = text.indexOf(':');
        while (colon >= 0) {
            int start = colon + 1;
            while (start < text.length() && isSlash(text.charAt(start))) {
                start++;
            }
            if (start > colon + 1 && hasScheme(text, colon)) {
                authority(text, start);
            }
            colon = text.indexOf(':', Math.max(start, colon + 1));
        }
    }

    private static boolean hasScheme(String text, int colon) {
        return colon >= 2
                && isSchemeSign(text.charAt(colon - 1))
                && isSchemeSign(text.charAt(colon - 2));
    }

    private static boolean isSchemeSign(char c) {
        return c < 128 && (Character.isLetterOrDigit(c) || c == '+' || c == '.' || c == '-');
    }

    private void authority(String text, int start) {
        int end = start;
        int user = -1;
        while (end < text.length()
                && end - start < LONGEST_AUTHORITY
                && !endsAuthority(text.charAt(end))) {
            user = text.charAt(end) == '@' ? end : user;
            end++;
        }
        String host = withoutPort(text.substring(user < 0 ? start : user + 1, end));
        if (!host.isEmpty() && host.length() <= LONGEST_HOST) {
            links.accept(percentDecoded(host));
        }
    }

    private static boolean endsAuthority(char c) {
        return c <= ' ' || "/\\?#<>\"'`|{}^\u00A0\u3000".indexOf(c) >= 0;
    }

    private static String withoutPort(String host) {
        int bracket = host.startsWith("[") ? host.indexOf(']') : 0;
        int colon = host.indexOf(':', Math.max(0, bracket));
        return colon < 0 ? host : host.substring(0, colon);
    }

    private void searchWords(String text) {
        int start = -1;
        boolean hasDot = false;
        for (int i = 0; i <= text.length(); i++) {
            if (i < text.length() && isHostSign(text.charAt(i))) {
                hasDot |= DOTS.indexOf(text.charAt(i)) >= 0;
                start = start < 0 ? i : start;
            } else if (start >= 0) {
                if (hasDot && i - start <= LONGEST_HOST) {
                    words.accept(text.substring(start, i));
                }
                start = -1;
                hasDot = false;
            }
        }
    }

    /** Letters of any language, and what stands between them unseen. */
    private static boolean isHostSign(char c) {
        if (c < 128) {
            return Character.isLetterOrDigit(c) || c == '-' || c == '.' || c == '_';
        }
        return Character.isLetterOrDigit(c)
                || Character.isSurrogate(c)
                || DOTS.indexOf(c) >= 0
                || Character.getType(c) == Character.NON_SPACING_MARK
                || Character.getType(c) == Character.COMBINING_SPACING_MARK
                || Character.getType(c) == Character.FORMAT;
    }

    private static boolean isSlash(char c) {
        return c == '/' || c == '\\';
    }

    /** With {@code %XX} read as UTF-8; the same text when there is none. */
    private static String percentDecoded(String text) {
        int at = text.indexOf('%');
        if (at < 0) {
            return text;
        }
        StringBuilder decoded = new StringBuilder(text.length());
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        int i = 0;
        while (i < text.length()) {
            int octet = text.charAt(i) == '%' ? hex(text, i + 1) : -1;
            if (octet >= 0) {
                octets.write(octet);
                i += 3;
                continue;
            }
            flush(octets, decoded);
            decoded.append(text.charAt(i++));
        }
        flush(octets, decoded);
        return decoded.toString();
    }

    private static void flush(ByteArrayOutputStream octets, StringBuilder decoded) {
        if (octets.size() > 0) {
            decoded.append(octets.toString(StandardCharsets.UTF_8));
            octets.reset();
        }
    }

    private static int hex(String text, int at) {
        if (at + 1 >= text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
