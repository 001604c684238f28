package org.qpsmtpd.core.session;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client as whoever accepted its connection knows it, a super-server such as tcpserver.
 *
 * @param endpoints the two ends of the connection
 * @param host the client's host name, as it was told; without one {@code [IP]}
 * @param info what the connection's log line names: the host, maybe with an ident answer
 * @param looked whether the host name was looked for already
 * @param relay the value of {@code RELAYCLIENT} for this client; absent when it is not set
 * @param rblsmtpd the same of {@code RBLSMTPD}
 * @param whitelist the same of {@code WHITELISTCLIENT}
 */
public record Introduction(
        Endpoints endpoints,
        String host,
        String info,
        boolean looked,
        Optional<String> relay,
        Optional<String> rblsmtpd,
        Optional<String> whitelist) {
    /**
     * Reads what was told; what was not is taken from the socket.
     *
     * @param property gives the value of remote_ip, remote_port, remote_host, remote_info,
     *     local_ip, local_port, relayclient, rblsmtpd and whitelistclient; null when it was not
     *     told
     * @throws IllegalArgumentException when an address is none
     */
    public static Introduction of(
            Function<String, @Nullable String> property,
            @Nullable SocketAddress remote,
            @Nullable SocketAddress local) {
        Endpoints socket = Endpoints.of(remote, local);
        String ip = property.apply("remote_ip");
        Endpoints endpoints =
                ip == null ? socket : Endpoints.of(told(property, "remote"), here(property, local));
        String host = property.apply("remote_host");
        String bracketed = "[" + endpoints.remoteIp() + "]";
        String known = host == null ? bracketed : Endpoints.safeHost(host);
        String ident = property.apply("remote_info");
        return new Introduction(
                endpoints,
                known,
                ident == null ? known : ident + "@" + known,
                ip != null,
                Optional.ofNullable(property.apply("relayclient")),
                Optional.ofNullable(property.apply("rblsmtpd")),
                Optional.ofNullable(property.apply("whitelistclient")));
    }

    private static @Nullable SocketAddress here(
            Function<String, @Nullable String> property, @Nullable SocketAddress local) {
        return property.apply("local_ip") == null ? local : told(property, "local");
    }

    private static SocketAddress told(Function<String, @Nullable String> property, String end) {
        String port = property.apply(end + "_port");
        try {
            return new InetSocketAddress(
                    InetAddress.getByName(property.apply(end + "_ip")),
                    port == null ? 0 : Integer.parseInt(port));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(end + "_ip is no address", e);
        }
    }
}
