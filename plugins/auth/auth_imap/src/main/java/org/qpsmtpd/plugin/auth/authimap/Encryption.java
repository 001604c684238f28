package org.qpsmtpd.plugin.auth.authimap;

import java.net.InetAddress;
import java.util.List;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.plugin.Choice;

/** How a connection to the IMAP server is encrypted. */
enum Encryption {
    /** From the first octet on. */
    YES,
    /** By the command STARTTLS. */
    STARTTLS,
    /** Not at all. */
    NO;

    private static final int IMAP_PORT = 143;
    private static final int IMAPS_PORT = 993;

    /**
     * The servers and how they are spoken to.
     *
     * @param servers at least one
     */
    record Plan(List<PeerAddress> servers, Encryption encryption) {
        /**
         * Reads the settings.
         *
         * @throws IllegalArgumentException naming the setting and what is wrong
         */
        static Plan of(AuthImapConfig config) {
            return config.tls().isEmpty() ? usual(config) : chosen(config);
        }

        /** The servers to which passwords go in clear over a network. */
        List<PeerAddress> exposed() {
            return encryption == NO
                    ? servers.stream().filter(each -> !isHere(each.host())).toList()
                    : List.of();
        }

        private static boolean isHere(String host) {
            return host.equals("localhost")
                    || Network.address(host).filter(InetAddress::isLoopbackAddress).isPresent();
        }

        private static Plan usual(AuthImapConfig config) {
            int port = config.port() == 0 ? IMAPS_PORT : config.port();
            List<PeerAddress> servers = servers(config, port);
            long inClear = servers.stream().filter(each -> each.port() == IMAP_PORT).count();
            if (inClear > 0 && inClear < servers.size()) {
                throw new IllegalArgumentException(
                        "host '"
                                + config.host()
                                + "': some servers have port 143 and some have not; say tls yes or"
                                + " tls starttls");
            }
            return new Plan(servers, inClear > 0 ? STARTTLS : YES);
        }

        private static Plan chosen(AuthImapConfig config) {
            Encryption encryption = Choice.of(Encryption.class, "tls", config.tls());
            int usual = encryption == YES ? IMAPS_PORT : IMAP_PORT;
            int port = config.port() == 0 ? usual : config.port();
            return new Plan(servers(config, port), encryption);
        }

        private static List<PeerAddress> servers(AuthImapConfig config, int port) {
            List<PeerAddress> servers = PeerAddress.parseAll("host", config.host(), port);
            for (PeerAddress server : servers) {
                if (server.socket().isPresent()) {
                    throw new IllegalArgumentException("host '" + server + "' is no host");
                }
            }
            return servers;
        }
    }
}
