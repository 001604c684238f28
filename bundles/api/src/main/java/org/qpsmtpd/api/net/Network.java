package org.qpsmtpd.api.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * A range of addresses in CIDR form. Immutable. Reads literals only, never asks the DNS.
 *
 * @param address lowest address of the range
 * @param prefix how many leading bits are fixed: 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record Network(InetAddress address, int prefix) {
    /** Checks the prefix and clears the bits behind it. */
    public Network {
        byte[] octets = address.getAddress();
        if (prefix < 0 || prefix > octets.length * 8) {
            throw new IllegalArgumentException(
                    "prefix length " + prefix + " is not 0 to " + octets.length * 8);
        }
        for (int bit = prefix; bit < octets.length * 8; bit++) {
            octets[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        address = fromOctets(octets);
    }

    /**
     * Reads {@code 192.0.2.0/24}, {@code 2001:db8::/32}, or a single address. Square brackets
     * around an IPv6 address are allowed; a v4-mapped address is read as IPv4.
     *
     * @throws IllegalArgumentException saying what is wrong with the text
     */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = parseAddress(slash < 0 ? text : text.substring(0, slash));
        int bits = address.getAddress().length * 8;
        if (slash < 0) {
            return new Network(address, bits);
        }
        String prefix = text.substring(slash + 1);
        boolean digits = prefix.length() <= 3 && prefix.chars().allMatch(Network::isDigit);
        if (prefix.isEmpty() || !digits) {
            throw new IllegalArgumentException(
                    "'" + text + "': the part after / is not a number of bits, 0 to " + bits);
        }
        return new Network(address, Integer.parseInt(prefix));
    }

    /**
     * Reads an address literal.
     *
     * @throws IllegalArgumentException when it is not a complete IPv4 or IPv6 address
     */
    public static InetAddress parseAddress(String text) {
        return address(text)
                .orElseThrow(
                        () -> new IllegalArgumentException("'" + text + "' is not an IP address"));
    }

    /**
     * Reads what may be an address literal.
     *
     * @return empty when it is not a complete IPv4 or IPv6 address, such as a name
     */
    public static Optional<InetAddress> address(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String literal = bracketed ? text.substring(1, text.length() - 1) : text;
        if (!isDottedQuad(literal) && !isHexColons(literal)) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(literal));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Whether the address lies in the range; an address of the other family never does. */
    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] theirs = other.getAddress();
        if (mine.length != theirs.length) {
            return false;
        }
        int whole = prefix / 8;
        for (int i = 0; i < whole; i++) {
            if (mine[i] != theirs[i]) {
                return false;
            }
        }
        int rest = prefix % 8;
        return rest == 0 || ((mine[whole] ^ theirs[whole]) & (0xFF00 >> rest) & 0xFF) == 0;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefix;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isDottedQuad(String text) {
        if (text.isEmpty() || !isDigit(text.charAt(0))) {
            return false;
        }
        String[] octets = text.split("\\.", -1);
        if (octets.length != 4) {
            return false;
        }
        for (String octet : octets) {
            boolean digits = octet.chars().allMatch(Network::isDigit);
            if (octet.isEmpty() || octet.length() > 3 || !digits || Integer.parseInt(octet) > 255) {
                return false;
            }
        }
        return true;
    }

    /**
     * The JDK asks no DNS for text with a colon that begins with a hexadecimal digit or a colon.
     */
    private static boolean isHexColons(String text) {
        if (text.indexOf(':') < 0 || text.charAt(0) == '.') {
            return false;
        }
        return text.chars()
                .allMatch(c -> c < 127 && (Character.digit(c, 16) >= 0 || c == ':' || c == '.'));
    }

    private static InetAddress fromOctets(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
