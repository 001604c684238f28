package org.qpsmtpd.api.config;

import org.qpsmtpd.api.net.Network;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** The networks of a file in its order, and where each stands. Immutable. */
public final class NetworkList {
    private static final int GROUPS = 8;
    private static final int GROUP_DIGITS = 4;

    private final List<Entry> entries;

    private record Entry(Network network, ConfigLine line) {}

    private NetworkList(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * A view of a file of networks, as {@link #parse} reads them; a line that is none is left out.
     */
    public static ConfigView<NetworkList> view(String name) {
        return ConfigView.ofEntries(
                name, line -> new Entry(parse(line.text()), line), NetworkList::new);
    }

    /** Whether one of the networks holds the address. */
    public boolean contains(InetAddress address) {
        return find(address).isPresent();
    }

    /** The first line whose network holds the address. */
    public Optional<ConfigLine> find(InetAddress address) {
        for (Entry entry : entries) {
            if (entry.network().contains(address)) {
                return Optional.of(entry.line());
            }
        }
        return Optional.empty();
    }

    /**
     * Reads an address, {@code ADDRESS/PREFIX}, or the beginning of an address: {@code 192.0.2.},
     * {@code 2001:db8:} or {@code 2001:db8:e431:ae06}.
     *
     * @throws IllegalArgumentException saying what is wrong with the text
     */
    public static Network parse(String text) {
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
