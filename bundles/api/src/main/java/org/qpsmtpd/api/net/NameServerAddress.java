package org.qpsmtpd.api.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;

/**
 * Where a name server is, as a line of {@code config/dns_servers} says it.
 *
 * @param socket never unresolved
 * @param isTrusted whether its word counts that it checked signatures
 */
public record NameServerAddress(InetSocketAddress socket, boolean isTrusted) {
    private static final int USUAL_PORT = 53;
    private static final String TRUSTED = "trusted";

    /**
     * Reads such a line: an address, in brackets where it is one of IPv6 and a port follows, and
     * maybe the word {@code trusted}. Without a port it is 53.
     *
     * @throws IllegalArgumentException saying what is wrong with the line
     */
    public static NameServerAddress parse(String line) {
        String[] words = line.trim().split("\\s+", -1);
        boolean trusted = words.length == 2 && words[1].toLowerCase(Locale.ROOT).equals(TRUSTED);
        if (words.length > 1 && !trusted) {
            throw new IllegalArgumentException(
                    "'" + words[1] + "' is not the word '" + TRUSTED + "', which may follow");
        }
        String text = words[0];
        int colon = text.lastIndexOf(':');
        boolean hasPort =
                colon > 0 && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']');
        int port = hasPort ? port(text.substring(colon + 1)) : USUAL_PORT;
        return new NameServerAddress(
                new InetSocketAddress(address(hasPort ? text.substring(0, colon) : text), port),
                trusted);
    }

    private static InetAddress address(String text) {
        InetAddress address = Network.parseAddress(text);
        if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
            throw new IllegalArgumentException("'" + text + "' is not the address of a server");
        }
        return address;
    }

    private static int port(String text) {
        boolean digits = text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = digits && !text.isEmpty() ? Integer.parseInt(text) : 0;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("'" + text + "' is not a port, 1 to 65535");
        }
        return port;
    }

    /** The address and the port. */
    @Override
    public String toString() {
        String host = socket.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + socket.getPort();
    }
}
