package org.qpsmtpd.plugin.relay;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys under which a map of clients, such as {@code morerelayclients.cdb}, lists an address.
 */
final class AddressPrefixes {
    private AddressPrefixes() {}

    /**
     * The address and its beginnings, longest first. For IPv4 an octet shorter each, with the dot
     * kept: {@code 192.0.2.1}, {@code 192.0.2.}, {@code 192.0.}, {@code 192.}. For IPv6 the eight
     * groups of four digits in lower case, a digit shorter each, without colon at the end.
     */
    static List<String> of(InetAddress address) {
        byte[] octets = address.getAddress();
        return octets.length == 4 ? ofIpv4(address.getHostAddress()) : ofIpv6(octets);
    }

    private static List<String> ofIpv4(String text) {
        List<String> prefixes = new ArrayList<>(4);
        prefixes.add(text);
        for (int dot = text.lastIndexOf('.'); dot > 0; dot = text.lastIndexOf('.', dot - 1)) {
            prefixes.add(text.substring(0, dot + 1));
        }
        return prefixes;
    }

    private static List<String> ofIpv6(byte[] octets) {
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < octets.length; i++) {
            text.append(i > 0 && i % 2 == 0 ? ":" : "")
                    .append(Character.forDigit((octets[i] >> 4) & 0xF, 16))
                    .append(Character.forDigit(octets[i] & 0xF, 16));
        }
        List<String> prefixes = new ArrayList<>(32);
        for (int end = text.length(); end > 0; end--) {
            if (text.charAt(end - 1) != ':') {
                prefixes.add(text.substring(0, end));
            }
        }
        return prefixes;
    }
}
