package org.qpsmtpd.plugin.uribl;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.qpsmtpd.api.net.Network;

/**
 * Addresses as browsers read them: one to four numbers, each in decimals, octal behind {@code 0} or
 * hexadecimal behind {@code 0x}, of which the last one fills what is left; IPv6 in brackets.
 */
final class NumericHost {
    private static final int MOST_DIGITS = 40;

    private NumericHost() {}

    /** The address; empty when the host is none. */
    static Optional<InetAddress> parse(String host) {
        return host.startsWith("[") ? six(host) : four(host);
    }

    private static Optional<InetAddress> six(String host) {
        int end = host.indexOf(']');
        try {
            return end < 0
                    ? Optional.empty()
                    : Optional.of(Network.parseAddress(host.substring(1, end)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<InetAddress> four(String host) {
        String[] parts = host.split("\\.", -1);
        if (parts.length > 4) {
            return Optional.empty();
        }
        long address = 0;
        for (int i = 0; i < parts.length; i++) {
            boolean isLast = i == parts.length - 1;
            int bits = isLast ? 8 * (4 - i) : 8;
            long number = number(parts[i]);
            if (number < 0 || number >= 1L << bits) {
                return Optional.empty();
            }
            address = address << bits | number;
        }
        return Optional.of(address((int) address));
    }

    /** A number below 2^33; -1 for anything else. */
    private static long number(String text) {
        boolean isHex = text.length() > 2 && text.startsWith("0") && (text.charAt(1) | 32) == 'x';
        boolean isOctal = !isHex && text.length() > 1 && text.startsWith("0");
        int radix = isHex ? 16 : isOctal ? 8 : 10;
        String digits = isHex ? text.substring(2) : text;
        if (digits.isEmpty() || digits.length() > MOST_DIGITS) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            int digit = c < 128 ? Character.digit(c, radix) : -1;
            if (digit < 0) {
                return -1;
            }
            number = Math.min(number * radix + digit, 1L << 33);
        }
        return number;
    }

    private static InetAddress address(int bits) {
        byte[] octets = {(byte) (bits >> 24), (byte) (bits >> 16), (byte) (bits >> 8), (byte) bits};
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four octets are an address", e);
        }
    }
}
