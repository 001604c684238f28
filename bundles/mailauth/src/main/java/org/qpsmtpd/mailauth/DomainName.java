package org.qpsmtpd.mailauth;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;

/** Names of domains as they are asked for and compared. */
public final class DomainName {
    private static final int LONGEST_NAME = 253;
    private static final int LONGEST_LABEL = 63;

    /** Longer text is no domain, whatever becomes of it. */
    private static final int LONGEST_TEXT = 1024;

    private DomainName() {}

    /**
     * A domain in A-labels (RFC 5890), without a dot at its end; letters in the case they came in.
     *
     * @param domain in letters of any language, with or without a dot at its end
     * @return absent when it is no name in the DNS: a label is empty or has more than 63 octets,
     *     the whole has more than 253, or there is a blank or a control character
     */
    public static Optional<String> spelled(String domain) {
        if (domain.isEmpty() || domain.length() > LONGEST_TEXT) {
            return Optional.empty();
        }
        String plain = domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain;
        return plain.startsWith("[") // an address
                ? Optional.empty()
                : ascii(plain).filter(name -> isName(name) && name.indexOf(' ') < 0);
    }

    /** The same in lower case, as domains are compared. */
    public static Optional<String> of(String domain) {
        return spelled(domain).map(name -> name.toLowerCase(Locale.ROOT));
    }

    private static Optional<String> ascii(String domain) {
        if (isAscii(domain)) {
            return Optional.of(domain);
        }
        try {
            return Optional.of(IDN.toASCII(domain, IDN.ALLOW_UNASSIGNED));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // what cannot be such a name
        }
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether text is a name that the DNS can be asked for, all of it: octets as {@link Dns} has
     * them, not the root.
     */
    public static boolean isName(String text) {
        if (text.isEmpty() || text.length() > LONGEST_NAME) {
            return false;
        }
        int label = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? '.' : text.charAt(i);
            if (c != '.') {
                if (c < ' ' || c > 0xFF || c == 0x7F) {
                    return false;
                }
                label++;
                continue;
            }
            if (label == 0 || label > LONGEST_LABEL) {
                return false;
            }
            label = 0;
        }
        return true;
    }

    /** Whether a name is another one or lies below it; both in lower case without a last dot. */
    public static boolean isAtOrBelow(String name, String other) {
        if (!name.endsWith(other)) {
            return false;
        }
        int more = name.length() - other.length();
        return more == 0 || name.charAt(more - 1) == '.';
    }
}
