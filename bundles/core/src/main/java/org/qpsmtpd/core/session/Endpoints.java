package org.qpsmtpd.core.session;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The two ends of a connection.
 *
 * @param remoteAddress the client's address, IPv4 when it is v4-mapped
 * @param remoteIp the same as text, without zone
 * @param remotePort the client's port
 * @param localIp our address as text
 * @param localPort our port
 * @param socketPort the port of our socket; another one when a proxy took the connection for us
 */
public record Endpoints(
        InetAddress remoteAddress,
        String remoteIp,
        int remotePort,
        String localIp,
        int localPort,
        int socketPort) {
    private static final InetSocketAddress UNKNOWN = new InetSocketAddress("0.0.0.0", 0);

    /**
     * Reads the ends of a TCP connection; an end that is not known, or gone already, is {@code
     * 0.0.0.0}.
     */
    public static Endpoints of(@Nullable SocketAddress remote, @Nullable SocketAddress local) {
        InetSocketAddress there = internet(remote);
        InetSocketAddress here = internet(local);
        return new Endpoints(
                there.getAddress(),
                text(there.getAddress()),
                there.getPort(),
                text(here.getAddress()),
                here.getPort(),
                here.getPort());
    }

    /**
     * The ends that a proxy in between knows.
     *
     * @param local absent when it is the one here
     */
    public Endpoints behindProxy(
            InetAddress remote, int port, Optional<InetAddress> local, int ownPort) {
        String own = local.map(Endpoints::text).orElse(localIp);
        return new Endpoints(remote, text(remote), port, own, ownPort, socketPort);
    }

    private static InetSocketAddress internet(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress internet && !internet.isUnresolved()
                ? internet
                : UNKNOWN;
    }

    /** Only what a host name may hold, as qpsmtpd cleans it. */
    static String safeHost(String name) {
        StringBuilder safe = new StringBuilder();
        for (int i = 0; i < Math.min(255, name.length()); i++) {
            char c = name.charAt(i);
            if (c < 128 && (Character.isLetterOrDigit(c) || ".-[]".indexOf(c) >= 0)) {
                safe.append(c);
            }
        }
        return safe.length() == 0 ? "Unknown" : safe.toString();
    }

    /**
     * The text of an address: dotted quad, or IPv6 with its longest run of zeros left out (RFC
     * 5952).
     */
    static String text(InetAddress address) {
        byte[] octets = address.getAddress();
        return octets.length == 4 ? address.getHostAddress() : ipv6(octets);
    }

    private static String ipv6(byte[] octets) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (octets[2 * i] & 0xFF) << 8 | (octets[2 * i + 1] & 0xFF);
        }
        int start = -1;
        int length = 1;
        for (int i = 0; i < 8; i++) {
            int j = i;
            while (j < 8 && groups[j] == 0) {
                j++;
            }
            if (j - i > length) {
                start = i;
                length = j - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
            } else {
                boolean first = text.isEmpty() || text.charAt(text.length() - 1) == ':';
                text.append(first ? "" : ":").append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
