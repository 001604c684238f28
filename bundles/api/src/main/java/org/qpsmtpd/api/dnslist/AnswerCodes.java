package org.qpsmtpd.api.dnslist;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.net.Network;

/**
 * Which addresses in a list's answer say that something is listed.
 *
 * @param networks addresses that count; empty for those that lists use
 * @param mask bits of which one must be set; 0 for any address
 */
record AnswerCodes(List<Network> networks, int mask) {
    /** Where answers of lists are (RFC 5782, 2.1); any other address comes from somebody else. */
    private static final Network ALL = Network.parse("127.0.0.0/8");

    /** By these, lists say that they do not answer this resolver. */
    private static final Network REFUSALS = Network.parse("127.255.255.0/24");

    /** By these, some lists say the same; they count only where a line says so. */
    private static final List<Network> DOUBTFUL =
            List.of(Network.parse("127.0.0.1"), Network.parse("127.0.0.255"));

    private static final int OCTET = 255;

    /** Whether the address says that something is listed. */
    boolean count(Inet4Address answer) {
        if (isAlarming(answer) || (mask != 0 && (bits(answer) & mask) == 0)) {
            return false;
        }
        return networks.isEmpty()
                ? DOUBTFUL.stream().noneMatch(network -> network.contains(answer))
                : networks.stream().anyMatch(network -> network.contains(answer));
    }

    /** Whether the address says that the list cannot be believed. */
    static boolean isAlarming(Inet4Address answer) {
        return !ALL.contains(answer) || REFUSALS.contains(answer);
    }

    /**
     * Reads what stands behind {@code =}: addresses, networks and ranges of a last octet, such as
     * {@code 127.0.0.2,127.0.0.4-7,127.0.1.0/24}.
     *
     * @throws IllegalArgumentException saying what is wrong with the text
     */
    static List<Network> networks(String text) {
        List<Network> networks = new ArrayList<>();
        for (String code : text.split(",", -1)) {
            int dash = code.indexOf('-');
            if (dash < 0) {
                networks.add(inRange(Network.parse(code), code));
                continue;
            }
            int dot = code.lastIndexOf('.', dash);
            int last = number(code.substring(dash + 1), OCTET, code);
            for (int i = number(code.substring(dot + 1, dash), OCTET, code); i <= last; i++) {
                Network one = Network.parse(code.substring(0, Math.max(0, dot)) + "." + i);
                networks.add(inRange(one, code));
            }
        }
        if (networks.isEmpty()) {
            throw new IllegalArgumentException("'" + text + "' has no address");
        }
        return List.copyOf(networks);
    }

    private static Network inRange(Network network, String code) {
        boolean isIn = network.prefix() >= ALL.prefix() && ALL.contains(network.address());
        if (!isIn) {
            throw new IllegalArgumentException(
                    "'" + code + "' is not in " + ALL + ", where answers of lists are");
        }
        return network;
    }

    /**
     * Reads what stands behind {@code &}: bits of the last octet as a number, or of all as an
     * address.
     *
     * @throws IllegalArgumentException saying what is wrong with the text
     */
    static int mask(String text) {
        int mask =
                text.indexOf('.') < 0
                        ? number(text, OCTET, text)
                        : bits((Inet4Address) Network.parseAddress(text));
        if (mask == 0) {
            throw new IllegalArgumentException("the mask '" + text + "' has no bit");
        }
        return mask;
    }

    private static int bits(Inet4Address address) {
        int bits = 0;
        for (byte octet : address.getAddress()) {
            bits = bits << Byte.SIZE | (octet & OCTET);
        }
        return bits;
    }

    /** A number from 0 to the greatest. */
    private static int number(String text, int greatest, String whole) {
        boolean isNumber =
                !text.isEmpty()
                        && text.length() <= 4
                        && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int number = isNumber ? Integer.parseInt(text) : -1;
        if (number < 0 || number > greatest) {
            throw new IllegalArgumentException(
                    "'" + text + "' in '" + whole + "' is not a number from 0 to " + greatest);
        }
        return number;
    }
}
