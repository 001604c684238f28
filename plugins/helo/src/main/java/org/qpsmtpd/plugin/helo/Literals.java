package org.qpsmtpd.plugin.helo;

import java.net.InetAddress;
import java.util.Optional;
import org.qpsmtpd.api.net.Network;

/** Tells names that are addresses from others. */
final class Literals {
    private Literals() {}

    /** The address in brackets, with or without the tag {@code IPv6:} (RFC 5321 4.1.3). */
    static Optional<InetAddress> bracketed(String host) {
        if (!host.startsWith("[") || !host.endsWith("]")) {
            return Optional.empty();
        }
        String inner = host.substring(1, host.length() - 1);
        return plain(inner.regionMatches(true, 0, "IPv6:", 0, 5) ? inner.substring(5) : inner);
    }

    /** The address without brackets; names are told apart by their ends, without an exception. */
    static Optional<InetAddress> plain(String text) {
        boolean numeric =
                !text.isEmpty()
                        && isHexOrColon(text.charAt(0))
                        && (text.indexOf(':') >= 0 || isDigit(text.charAt(text.length() - 1)));
        if (!numeric) {
            return Optional.empty();
        }
        try {
            return Optional.of(Network.parseAddress(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isHexOrColon(char c) {
        return c == ':' || (c < 127 && Character.digit(c, 16) >= 0);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
