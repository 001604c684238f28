package org.qpsmtpd.api.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Host names as they are compared. One host has many spellings: in upper case, in the letters of a
 * language (U-labels, {@code münchen.example}) or as the DNS has them (A-labels, {@code
 * xn--mnchen-3ya.example}), with wide letters or dots, with a dot at the end. All code that
 * compares a host from a client with one from a list compares what {@link #comparable} makes of
 * both.
 *
 * <p>Source: UTS 46, RFC 5890 to 5892, RFC 6531 section 3.2.
 */
public final class Hosts {
    private static final String A_LABEL = "xn--";
    private static final int MAX_HOST = 255;
    private static final int MAX_LABEL = 63;
    private static final String DOTS = ".\u3002\uFF0E\uFF61";
    private static final String TAG = "ipv6:";

    private Hosts() {}

    /**
     * The host as it is compared: A-labels in lower case, without a dot at the end; an address in
     * brackets in its one spelling, IPv6 with the tag and all its groups. Takes any text and throws
     * nothing: what cannot be a host comes back in lower case.
     *
     * @param host as the client or an administrator wrote it; maybe empty
     */
    public static String comparable(String host) {
        if (!isAscii(host)) {
            String ascii = toAscii(withoutLastDot(host));
            return ascii == null ? host.toLowerCase(Locale.ROOT) : ascii;
        }
        String plain = withoutLastDot(host).toLowerCase(Locale.ROOT);
        return plain.startsWith("[") && plain.endsWith("]") ? literal(plain) : plain;
    }

    /**
     * Whether the text can be the host of an address: a domain in letters of any language, or an
     * address in brackets.
     */
    public static boolean isHost(String text) {
        return isDomain(comparable(text), false);
    }

    /**
     * Whether one spelling of a host passes a test that was written for another, as a regular
     * expression is: {@link #comparable} is tried, then U-labels, then the text in lower case.
     */
    public static boolean anySpelling(String host, Predicate<String> test) {
        return spellings(host).stream().anyMatch(test);
    }

    /**
     * The spellings of a host that {@link #anySpelling} tries, each once: a single one for nearly
     * every host.
     */
    public static List<String> spellings(String host) {
        String comparable = comparable(host);
        String lower = host.toLowerCase(Locale.ROOT);
        if (comparable.equals(lower) && !comparable.contains(A_LABEL)) {
            return List.of(comparable);
        }
        Set<String> spellings = new LinkedHashSet<>();
        spellings.add(comparable);
        spellings.add(toUnicode(comparable));
        spellings.add(lower);
        return List.copyOf(spellings);
    }

    /**
     * Whether the text is a domain or an address in brackets as it may stand in a path.
     *
     * @param utf8 whether labels may be beyond ASCII
     */
    public static boolean isDomain(String text, boolean utf8) {
        if (text.isEmpty() || text.length() > MAX_HOST) {
            return false;
        }
        if (text.charAt(0) == '[') {
            return isLiteral(text);
        }
        if (!isAscii(text)) {
            String ascii = utf8 ? toAscii(text) : null;
            return ascii != null && isDomain(ascii, false);
        }
        for (String label : text.split("\\.", -1)) {
            if (!isLabel(label)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLabel(String label) {
        if (label.isEmpty() || label.length() > MAX_LABEL) {
            return false;
        }
        for (int i = 0; i < label.length(); i++) {
            char c = label.charAt(i);
            boolean inner = i > 0 && i < label.length() - 1;
            if (!isLetterOrDigit(c) && !(c == '-' && inner)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLiteral(String text) {
        if (!text.endsWith("]")) {
            return false;
        }
        String inner = text.substring(1, text.length() - 1);
        boolean tagged = inner.regionMatches(true, 0, TAG, 0, TAG.length());
        String address = tagged ? inner.substring(TAG.length()) : inner;
        return tagged == address.indexOf(':') >= 0
                && !address.startsWith("[")
                && Network.address(address).isPresent();
    }

    /** A literal in lower case, in its one spelling where it is an address. */
    private static String literal(String text) {
        String inner = text.substring(1, text.length() - 1);
        Optional<InetAddress> address =
                Network.address(inner.startsWith(TAG) ? inner.substring(TAG.length()) : inner);
        return address.map(a -> (a instanceof Inet6Address ? TAG : "") + a.getHostAddress())
                .map(plain -> "[" + plain + "]")
                .orElse(text);
    }

    /** The host in A-labels; null when it cannot be one. */
    private static @Nullable String toAscii(String host) {
        if (host.length() > MAX_HOST) {
            return null;
        }
        StringBuilder ascii = new StringBuilder(host.length() + 16);
        for (String label : host.split("[" + DOTS + "]", -1)) {
            String encoded = encoded(label);
            if (encoded == null) {
                return null;
            }
            ascii.append(ascii.length() == 0 ? "" : ".").append(encoded);
        }
        return ascii.toString();
    }

    private static @Nullable String encoded(String label) {
        String mapped = isAscii(label) ? label.toLowerCase(Locale.ROOT) : UnicodeLabel.map(label);
        if (mapped.length() > 2 * MAX_LABEL || !UnicodeLabel.isGood(mapped)) {
            return null;
        }
        String encoded = isAscii(mapped) ? mapped : A_LABEL + Punycode.encode(mapped);
        return encoded.length() > MAX_LABEL ? null : encoded;
    }

    private static String toUnicode(String ascii) {
        StringJoiner labels = new StringJoiner(".");
        for (String label : ascii.split("\\.", -1)) {
            boolean encoded = label.startsWith(A_LABEL) && label.length() <= MAX_LABEL;
            labels.add(
                    encoded
                            ? Punycode.decode(label.substring(A_LABEL.length())).orElse(label)
                            : label);
        }
        return labels.toString();
    }

    private static String withoutLastDot(String host) {
        int last = host.length() - 1;
        return last > 0 && DOTS.indexOf(host.charAt(last)) >= 0 ? host.substring(0, last) : host;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                return false;
            }
        }
        return true;
    }

    static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
