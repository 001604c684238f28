package org.qpsmtpd.mailauth.spf;

import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Addresses as they stand in records, and as macros give them. */
final class Addresses {
    private static final int GROUPS = 8;
    private static final int OCTETS = 16;
    private static final String NIBBLES = "0123456789ABCDEF";

    private Addresses() {}

    /** Octets of an IPv4 address, {@code qnum} of the grammar four times; null for other text. */
    static byte @Nullable [] ipv4(String text) {
        byte[] octets = new byte[4];
        int at = 0;
        for (int i = 0; i < 4; i++) {
            int end = i == 3 ? text.length() : text.indexOf('.', at);
            int octet = end < 0 ? -1 : number(text, at, end, 3, 255);
            if (octet < 0) {
                return null;
            }
            octets[i] = (byte) octet;
            at = end + 1;
        }
        return octets;
    }

    /**
     * A number without leading zeros.
     *
     * @return -1 when it is none, has more digits, or is larger
     */
    static int number(String text, int start, int end, int digits, int most) {
        int length = end - start;
        if (length < 1 || length > digits || (length > 1 && text.charAt(start) == '0')) {
            return -1;
        }
        int number = 0;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = 10 * number + c - '0';
        }
        return number > most ? -1 : number;
    }

    /** Octets of an IPv6 address (RFC 4291, 2.2); null for other text. */
    static byte @Nullable [] ipv6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            byte[] whole = groups(text);
            return whole != null && whole.length == OCTETS ? whole : null;
        }
        String before = text.substring(0, gap);
        byte[] front = before.indexOf('.') < 0 ? groups(before) : null;
        byte[] back = groups(text.substring(gap + 2));
        // The two colons stand for one group at least.
        if (front == null || back == null || front.length + back.length > OCTETS - 2) {
            return null;
        }
        byte[] octets = new byte[OCTETS];
        System.arraycopy(front, 0, octets, 0, front.length);
        System.arraycopy(back, 0, octets, OCTETS - back.length, back.length);
        return octets;
    }

    /** Groups with a colon between two, the last of which may be an IPv4 address. */
    private static byte @Nullable [] groups(String text) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        String[] groups = text.split(":", GROUPS + 1);
        byte[] octets = new byte[2 * groups.length + 2];
        int length = 0;
        for (int i = 0; i < groups.length; i++) {
            boolean isLast = i == groups.length - 1;
            byte[] group = isLast && groups[i].indexOf('.') > 0 ? ipv4(groups[i]) : hex(groups[i]);
            if (group == null) {
                return null;
            }
            System.arraycopy(group, 0, octets, length, group.length);
            length += group.length;
        }
        return Arrays.copyOf(octets, length);
    }

    private static byte @Nullable [] hex(String text) {
        if (text.isEmpty() || text.length() > 4) {
            return null;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return null;
            }
            value = 16 * value + digit;
        }
        return new byte[] {(byte) (value >> 8), (byte) value};
    }

    /** Whether the first bits of two addresses of one family are the same; else never. */
    static boolean isWithin(byte[] address, byte[] network, int prefix) {
        if (address.length != network.length) {
            return false;
        }
        int whole = prefix / 8;
        for (int i = 0; i < whole; i++) {
            if (address[i] != network[i]) {
                return false;
            }
        }
        int rest = prefix % 8;
        return rest == 0 || ((address[whole] ^ network[whole]) & (0xFF00 >> rest) & 0xFF) == 0;
    }

    /** The address for a query: octets, for IPv6 half octets, from first to last (macro i). */
    static String dotted(InetAddress address) {
        byte[] octets = address.getAddress();
        if (octets.length == 4) {
            return address.getHostAddress();
        }
        StringBuilder text = new StringBuilder(4 * OCTETS);
        for (byte octet : octets) {
            text.append(text.length() == 0 ? "" : ".").append(NIBBLES.charAt((octet >> 4) & 15));
            text.append('.').append(NIBBLES.charAt(octet & 15));
        }
        return text.toString();
    }

    /** The address for people, IPv6 in the form of RFC 5952 (macro c). */
    static String readable(InetAddress address) {
        byte[] octets = address.getAddress();
        if (octets.length == 4) {
            return address.getHostAddress();
        }
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = ((octets[2 * i] & 0xFF) << 8) | (octets[2 * i + 1] & 0xFF);
        }
        int start = 0;
        int length = 1; // a single group is not shortened
        for (int i = 0; i < GROUPS; i++) {
            int zeros = zeros(groups, i);
            if (zeros > length) {
                start = i;
                length = zeros;
            }
        }
        return length == 1
                ? text(groups, 0, GROUPS)
                : text(groups, 0, start) + "::" + text(groups, start + length, GROUPS);
    }

    private static int zeros(int[] groups, int from) {
        int end = from;
        while (end < GROUPS && groups[end] == 0) {
            end++;
        }
        return end - from;
    }

    private static String text(int[] groups, int from, int to) {
        StringBuilder text = new StringBuilder(5 * GROUPS);
        for (int i = from; i < to; i++) {
            text.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
