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

    /** The address without brackets. */
    static Optional<InetAddress> plain(String text) {
        return text.startsWith("[") ? Optional.empty() : Network.address(text);
    }
}
