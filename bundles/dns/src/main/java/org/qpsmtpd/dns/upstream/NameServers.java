package org.qpsmtpd.dns.upstream;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.qpsmtpd.api.net.NameServerAddress;
import org.qpsmtpd.dns.transport.Loop;
import org.qpsmtpd.dns.transport.RandomBits;

/** The name servers of a server. Belongs to the loop, but for the figures. */
public final class NameServers {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Loop loop;
    private final Supplier<List<NameServerAddress>> source;
    private final RandomBits random;
    private volatile List<NameServer> servers = List.of();
    private List<NameServerAddress> known = List.of();
    private long looked;

    /** Those that a source names now; it is asked again now and then. */
    public NameServers(Loop loop, Supplier<List<NameServerAddress>> source, RandomBits random) {
        this.loop = loop;
        this.source = source;
        this.random = random;
        looked = System.nanoTime() - LOOK_NANOS;
    }

    /**
     * In the order in which they are to be asked now: the quick ones first, those that rest last.
     *
     * @param hereOnly only those of this host
     */
    List<NameServer> inOrder(boolean hereOnly) {
        look();
        List<NameServer> all =
                hereOnly ? servers.stream().filter(NameServer::isHere).toList() : servers;
        if (all.size() < 2) {
            return all;
        }
        long now = System.nanoTime();
        List<NameServer> sorted = new ArrayList<>(all);
        sorted.sort(Comparator.comparingLong(each -> each.rank(now)));
        sorted.subList(1, sorted.size()).forEach(NameServer::passedOver);
        return sorted;
    }

    private void look() {
        long now = System.nanoTime();
        if (now - looked < LOOK_NANOS) {
            return;
        }
        looked = now;
        List<NameServerAddress> named = source.get();
        if (!named.equals(known)) {
            known = named;
            replace(named);
        }
    }

    /** Those that stay keep what is known of them. */
    private void replace(List<NameServerAddress> named) {
        List<NameServer> former = servers;
        List<NameServer> next = new ArrayList<>();
        for (NameServerAddress address : named) {
            next.add(
                    former.stream()
                            .filter(server -> server.address().equals(address))
                            .findFirst()
                            .orElseGet(() -> new NameServer(loop, address, random)));
        }
        servers = List.copyOf(next);
        former.stream().filter(server -> !next.contains(server)).forEach(NameServer::leave);
    }

    /** The figures of all, in the order of the configuration; none before the first question. */
    public List<NameServer.Figures> figures() {
        return servers.stream().map(NameServer::figures).toList();
    }

    /** Closes the sockets. */
    public void close() {
        servers.forEach(NameServer::leave);
    }
}
