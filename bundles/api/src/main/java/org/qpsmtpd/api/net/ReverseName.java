package org.qpsmtpd.api.net;

import java.net.InetAddress;

/** The names under which the DNS knows things of an address (RFC 1035, 3.5; RFC 3596, 2.5). */
public final class ReverseName {
    private static final String HEX = "0123456789abcdef";

    private ReverseName() {}

    /**
     * The address's octets, for IPv6 its half octets in hexadecimal, from last to first, with dots
     * between: {@code 1.2.0.192} for 192.0.2.1. A list's zone follows, after another dot.
     */
    public static String labels(InetAddress address) {
        byte[] octets = address.getAddress();
        StringBuilder name = new StringBuilder(64);
        for (int i = octets.length - 1; i >= 0; i--) {
            int octet = octets[i] & 0xFF;
            if (octets.length == 4) {
                name.append(octet).append('.');
            } else {
                name.append(HEX.charAt(octet & 15)).append('.');
                name.append(HEX.charAt(octet >> 4)).append('.');
            }
        }
        name.setLength(name.length() - 1);
        return name.toString();
    }

    /** The name whose PTR records are the names of the address's host. */
    public static String pointer(InetAddress address) {
        boolean four = address.getAddress().length == 4;
        return labels(address) + (four ? ".in-addr.arpa" : ".ip6.arpa");
    }
}
