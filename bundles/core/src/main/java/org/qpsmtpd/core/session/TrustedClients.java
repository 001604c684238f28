package org.qpsmtpd.core.session;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.core.log.LogRouter;

/** Who may speak for other clients: by a PROXY header, or by XCLIENT. */
final class TrustedClients {
    private final Config config;
    private final LogRouter log;
    private final ConfigView<List<Network>> proxies;
    private final ConfigView<List<Network>> xclients;

    TrustedClients(Config config, LogRouter log) {
        this.config = config;
        this.log = log;
        this.proxies = new ConfigView<>("proxy_protocol_from", this::networks);
        this.xclients = new ConfigView<>("xclient_from", this::networks);
    }

    private List<Network> networks(List<ConfigLine> lines) {
        List<Network> networks = new ArrayList<>();
        for (ConfigLine line : lines) {
            try {
                networks.add(Network.parse(line.text()));
            } catch (IllegalArgumentException e) {
                log.log(
                        LogLevel.ERROR,
                        line.place() + ": '" + line.text() + "' is left out: " + e.getMessage());
            }
        }
        return List.copyOf(networks);
    }

    /**
     * Whether connections from an address begin with a PROXY header.
     *
     * @throws UncheckedIOException when the list of such addresses cannot be read
     */
    boolean beginWithHeader(InetAddress address) {
        return holds(proxies.in(config), address);
    }

    /** Whether anybody may say XCLIENT. */
    boolean knowXclient() {
        return !xclients().isEmpty();
    }

    /** Whether a client may say XCLIENT. */
    boolean maySayXclient(InetAddress address) {
        return holds(xclients(), address);
    }

    /** Who is trusted; nobody while the list cannot be read. */
    private List<Network> xclients() {
        try {
            return xclients.in(config);
        } catch (UncheckedIOException e) {
            return List.of();
        }
    }

    private static boolean holds(List<Network> networks, InetAddress address) {
        for (Network network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
