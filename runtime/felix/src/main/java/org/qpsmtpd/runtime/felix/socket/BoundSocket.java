package org.qpsmtpd.runtime.felix.socket;

import java.io.Closeable;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.runtime.felix.options.ListenAddress;
import org.qpsmtpd.runtime.felix.report.OneLine;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/**
 * A socket that is bound and listens, with nobody accepting yet.
 *
 * @param address {@code A.B.C.D:PORT} or {@code [IPV6]:PORT}, with the real port
 */
public record BoundSocket(ServerSocketChannel channel, String address) implements Closeable {
    /** The kernel cuts this to its own limit, net.core.somaxconn. */
    private static final int BACKLOG = 4096;

    /**
     * Binds all addresses; when there are none, all addresses of the host.
     *
     * @param ports the ports to bind when there are no addresses
     * @throws StartFailure with status 1 when one of them cannot be bound
     */
    public static List<BoundSocket> bind(List<ListenAddress> addresses, List<Integer> ports)
            throws StartFailure {
        List<ListenAddress> wanted = addresses.isEmpty() ? everywhere(ports) : addresses;
        List<BoundSocket> bound = new ArrayList<>();
        for (ListenAddress address : wanted) {
            bound.add(bind(address));
        }
        return bound;
    }

    /** A socket that somebody else bound. */
    public static BoundSocket of(ServerSocketChannel channel) throws IOException {
        return new BoundSocket(channel, inWords(channel));
    }

    private static List<ListenAddress> everywhere(List<Integer> ports) {
        String host = hasIpv6() ? "[::]" : "0.0.0.0";
        return ports.stream().map(port -> new ListenAddress(host, port)).toList();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static BoundSocket bind(ListenAddress wanted) throws StartFailure {
        try {
            InetAddress host = InetAddress.getByName(wanted.host());
            ServerSocketChannel channel = ServerSocketChannel.open(family(host));
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(new InetSocketAddress(host, wanted.port()), BACKLOG);
            return of(channel);
        } catch (UnknownHostException e) {
            throw cannot(wanted, "this host name has no address");
        } catch (IOException | UnsupportedOperationException e) {
            throw cannot(wanted, OneLine.reason(e));
        }
    }

    private static StartFailure cannot(ListenAddress wanted, String reason) {
        return StartFailure.failed(
                "FATAL: Failed to open socket on "
                        + wanted
                        + ": "
                        + reason
                        + advice(reason, wanted));
    }

    private static String advice(String reason, ListenAddress wanted) {
        return switch (reason) {
            case "Address already in use" -> " (stop the other server or choose another --port)";
            case "Permission denied" ->
                    wanted.port() < 1024
                            ? " (ports below 1024 need root: start as root, with --user)"
                            : "";
            case "Cannot assign requested address" -> " (this host does not have that address)";
            default -> "";
        };
    }

    private static ProtocolFamily family(InetAddress host) {
        return host instanceof Inet4Address
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6;
    }

    private static String inWords(ServerSocketChannel channel) throws IOException {
        InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
        InetAddress host = local.getAddress();
        String text = host.getHostAddress();
        if (host instanceof Inet4Address) {
            return text + ":" + local.getPort();
        }
        return "[" + shortened(text) + "]:" + local.getPort();
    }

    /** Writes the longest run of zero groups as {@code ::}, RFC 5952 section 4.2. */
    static String shortened(String ipv6) {
        for (int run = 8; run > 1; run--) {
            String shorter = ipv6.replaceFirst("(?:^|:)0(?::0){" + (run - 1) + "}(?::|$)", "::");
            if (!shorter.equals(ipv6)) {
                return shorter;
            }
        }
        return ipv6;
    }

    private static boolean hasIpv6() {
        try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.INET6)) {
            channel.bind(new InetSocketAddress("::", 0));
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
