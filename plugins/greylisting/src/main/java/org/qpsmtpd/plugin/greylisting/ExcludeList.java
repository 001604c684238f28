package org.qpsmtpd.plugin.greylisting;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.qpsmtpd.api.config.NetworkList;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.session.Connection;

/**
 * Clients that need not wait: addresses and networks, hosts with all below them, and {@code
 * /EXPRESSION/} for host names, as Postgrey's list has them.
 */
final class ExcludeList {
    static final ExcludeList EMPTY = new ExcludeList();

    private final List<Network> networks = new ArrayList<>();
    private final Set<InetAddress> addresses = new HashSet<>();
    private final Set<String> hosts = new HashSet<>();
    private final List<Predicate<String>> expressions = new ArrayList<>();

    /**
     * Adds an entry; to be called before others see the list.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    void add(String entry, Patterns patterns) {
        if (entry.length() > 2 && entry.startsWith("/") && entry.endsWith("/")) {
            expressions.add(patterns.compile(entry.substring(1, entry.length() - 1), true));
        } else if (entry.indexOf(':') >= 0 || entry.matches("[0-9./]+")) {
            addNetwork(NetworkList.parse(entry));
        } else if (Hosts.isHost(entry)) {
            hosts.add(Hosts.comparable(entry));
        } else {
            throw new IllegalArgumentException(
                    "'" + entry + "' is not an address, a network, a host or /EXPRESSION/");
        }
    }

    private void addNetwork(Network network) {
        if (network.prefix() == network.address().getAddress().length * 8) {
            addresses.add(network.address());
        } else {
            networks.add(network);
        }
    }

    boolean contains(Connection connection) {
        InetAddress address = connection.remoteAddress();
        if (addresses.contains(address) || networks.stream().anyMatch(n -> n.contains(address))) {
            return true;
        }
        String host = Hosts.comparable(connection.remoteHost());
        return isListed(host) || expressions.stream().anyMatch(e -> e.test(host));
    }

    private boolean isListed(String host) {
        int start = hosts.isEmpty() ? -1 : 0;
        while (start >= 0) {
            if (hosts.contains(host.substring(start))) {
                return true;
            }
            int dot = host.indexOf('.', start);
            start = dot < 0 ? -1 : dot + 1;
        }
        return false;
    }
}
