package org.qpsmtpd.plugin.karma;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import org.qpsmtpd.api.net.Network;

/**
 * The key of a client's record: its address as a whole number, as qpsmtpd has it. An IPv6 client is
 * its network of 64 bits, within which it has any address it likes.
 */
final class ClientKey {
    private static final int SIX_BITS = 64;
    private static final int FOUR_OCTETS = 4;
    private static final int SIX_OCTETS = 16;

    private ClientKey() {}

    static String of(InetAddress address) {
        InetAddress lowest =
                address instanceof Inet4Address
                        ? address
                        : new Network(address, SIX_BITS).address();
        return new BigInteger(1, lowest.getAddress()).toString();
    }

    /**
     * The address, or the lowest one of the network, that a key stands for.
     *
     * @return absent when the key is no number that could be an address
     */
    static Optional<InetAddress> address(String key) {
        boolean isNumber = key.length() <= 39 && key.chars().allMatch(c -> c >= '0' && c <= '9');
        if (key.isEmpty() || !isNumber) {
            return Optional.empty();
        }
        byte[] octets = new BigInteger(key).toByteArray();
        byte[] digits = octets[0] == 0 ? Arrays.copyOfRange(octets, 1, octets.length) : octets;
        int size = digits.length <= FOUR_OCTETS ? FOUR_OCTETS : SIX_OCTETS;
        if (digits.length > size) {
            return Optional.empty();
        }
        byte[] whole = new byte[size];
        System.arraycopy(digits, 0, whole, size - digits.length, digits.length);
        try {
            return Optional.of(InetAddress.getByAddress(whole));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
