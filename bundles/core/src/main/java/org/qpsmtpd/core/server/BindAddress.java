package org.qpsmtpd.core.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where to listen.
 *
 * @param host a host name, an IPv4 address, or an IPv6 address in square brackets; empty for all
 *     addresses
 * @param port 0 to 65535; 0 takes a free port
 */
record BindAddress(String host, int port) {
    /** The port when nothing names one. */
    static final int USUAL_PORT = 2525;

    private static final int BACKLOG = 4096;
    private static final int LAST_PORT = 65_535;
    private static final Pattern SHAPE =
            Pattern.compile(
                    "(?<host>\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%\\w+)?\\]|\\w[\\w.-]*|)"
                            + "(?::(?<port>[0-9]{1,5}))?");
    private static final Pattern LIKE_IPV4 = Pattern.compile("[0-9.]+");
    private static final Pattern OCTET = Pattern.compile("0|[1-9][0-9]{0,2}");
    private static final int OCTETS = 4;
    private static final int LARGEST_OCTET = 255;

    /**
     * Reads an address.
     *
     * @param text {@code HOST}, {@code A.B.C.D} or {@code [IPV6]}, each with an optional {@code
     *     :PORT}; empty for all addresses
     * @param defaultPort the port when the text names none
     * @throws IllegalArgumentException when the text has another shape
     */
    static BindAddress parse(String text, int defaultPort) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches() || !isHost(matcher.group("host"))) {
            throw new IllegalArgumentException(text);
        }
        String port = matcher.group("port");
        int number = port == null ? defaultPort : Integer.parseInt(port);
        if (number > LAST_PORT) {
            throw new IllegalArgumentException(text);
        }
        return new BindAddress(matcher.group("host"), number);
    }

    private static boolean isHost(String host) {
        if (host.startsWith("[")) {
            return isIpv6(host);
        }
        return host.isEmpty() || !LIKE_IPV4.matcher(host).matches() || isIpv4(host);
    }

    /** A literal in brackets is never looked up; a scope must be an interface of this host. */
    private static boolean isIpv6(String bracketed) {
        try {
            InetAddress.getByName(bracketed);
            return true;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static boolean isIpv4(String host) {
        String[] octets = host.split("\\.", -1);
        if (octets.length != OCTETS) {
            return false;
        }
        for (String octet : octets) {
            if (!OCTET.matcher(octet).matches() || Integer.parseInt(octet) > LARGEST_OCTET) {
                return false;
            }
        }
        return true;
    }

    /** Binds a socket that nobody accepts on yet. */
    ServerSocketChannel bind() throws IOException {
        InetSocketAddress address =
                host.isEmpty()
                        ? new InetSocketAddress(port)
                        : new InetSocketAddress(InetAddress.getByName(host), port);
        ServerSocketChannel socket = ServerSocketChannel.open();
        try {
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.bind(address, BACKLOG);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public String toString() {
        return (host.isEmpty() ? "all addresses, port " : host + ":") + port;
    }
}
