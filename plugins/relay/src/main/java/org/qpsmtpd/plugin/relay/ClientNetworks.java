package org.qpsmtpd.plugin.relay;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.net.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks of a file such as {@code relayclients}. Immutable.
 *
 * @param networks in the order of the file
 */
record ClientNetworks(List<Network> networks) {
    private static final Logger LOG = LoggerFactory.getLogger(ClientNetworks.class);
    private static final int GROUPS = 8;
    private static final int GROUP_DIGITS = 4;

    ClientNetworks {
        networks = List.copyOf(networks);
    }

    /** Reads the lines of the file; those that are no network are logged and left out. */
    static ClientNetworks parse(List<ConfigLine> lines) {
        List<Network> networks = new ArrayList<>();
        for (ConfigLine line : lines) {
            try {
                networks.add(network(line.text()));
            } catch (IllegalArgumentException e) {
                LOG.warn("{}: left out: {}", line.place(), e.getMessage());
            }
        }
        return new ClientNetworks(networks);
    }

    boolean contains(InetAddress client) {
        for (Network network : networks) {
            if (network.contains(client)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Reads an address, {@code ADDRESS/PREFIX}, or the beginning of an address: {@code 192.0.2.},
     * {@code 2001:db8:} or {@code 2001:db8:e431:ae06}.
     *
     * @throws IllegalArgumentException saying what is wrong with the text
     */
    static Network network(String text) {
        if (text.endsWith(".")) {
            return octets(text);
        }
        boolean groups = text.indexOf(':') > 0 && !text.contains("::") && text.indexOf('/') < 0;
        return groups && groupCount(text) < GROUPS ? groups(text) : Network.parse(text);
    }

    private static Network octets(String text) {
        int octets = (int) text.chars().filter(c -> c == '.').count();
        if (octets > 3) {
            throw new IllegalArgumentException(wrong(text));
        }
        InetAddress lowest = Network.parseAddress(text + "0.".repeat(3 - octets) + "0");
        return new Network(lowest, octets * 8);
    }

    /**
     * A group that no colon follows counts only when all its digits are there: {@code 2001:db8} may
     * mean 2001:db8::/32 as well as 2001:db80::/28.
     */
    private static Network groups(String text) {
        int lastDigits = text.length() - 1 - text.lastIndexOf(':');
        if (lastDigits != 0 && lastDigits != GROUP_DIGITS) {
            throw new IllegalArgumentException(wrong(text));
        }
        String start = lastDigits == 0 ? text.substring(0, text.length() - 1) : text;
        int count = groupCount(text);
        return new Network(Network.parseAddress(start + ":0".repeat(GROUPS - count)), count * 16);
    }

    /** How many groups the text begins with; a colon at the end begins none. */
    private static int groupCount(String text) {
        int colons = (int) text.chars().filter(c -> c == ':').count();
        return text.endsWith(":") ? colons : colons + 1;
    }

    private static String wrong(String text) {
        return "'"
                + text
                + "' is not an address, a beginning of one such as 192.0.2. or 2001:db8:, or a"
                + " network such as 192.0.2.0/24 or 2001:db8::/32";
    }
}
