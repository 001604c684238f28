package org.qpsmtpd.plugin.fcrdns;

import java.net.InetAddress;
import java.util.List;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.DnsAnswer;

/**
 * What the DNS says of a client.
 *
 * @param names of its address
 * @param addresses of each of these names; empty when they were not asked for
 */
record Evidence(DnsAnswer<String> names, List<DnsAnswer<InetAddress>> addresses) {
    private static final int NETWORK_BITS = 24;
    private static final int NETWORK_BITS_IPV6 = 64;

    /** How the addresses of the names fit the client's. */
    enum Match {
        /** One is the client's. */
        ADDRESS("pass"),
        /** One is of the client's network: /24, or /64 of IPv6. */
        NETWORK("pass"),
        /** There are others. */
        OTHER("fail"),
        /** There are none. */
        NONE("fail"),
        /** None was found, but a question failed. */
        UNKNOWN("temperror");

        private final String iprev;

        Match(String iprev) {
            this.iprev = iprev;
        }

        /** The result of the method {@code iprev} (RFC 8601, 2.7.3). */
        String iprev() {
            return iprev;
        }
    }

    /** The best match of all names. */
    Match match(InetAddress client) {
        int bits = client.getAddress().length == 4 ? NETWORK_BITS : NETWORK_BITS_IPV6;
        Network network = new Network(client, bits);
        Match best = addresses.stream().anyMatch(DnsAnswer::isFailed) ? Match.UNKNOWN : Match.NONE;
        for (DnsAnswer<InetAddress> answer : addresses) {
            for (InetAddress address : answer.records()) {
                if (address.equals(client)) {
                    return Match.ADDRESS;
                }
                best =
                        best == Match.NETWORK || network.contains(address)
                                ? Match.NETWORK
                                : Match.OTHER;
            }
        }
        return best;
    }
}
