package org.qpsmtpd.plugin.helo;

import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.session.Connection;

/**
 * The tests that ask the DNS.
 *
 * @param resolver who asks
 * @param isStrict whether name and address must fit each other
 */
record DnsTests(Resolver resolver, boolean isStrict) {
    private static final int NETWORK_BITS = 24;
    private static final int NETWORK_BITS_IPV6 = 96;

    private static final Fault NO_SUCH_HOST =
            new Fault("HELO hostname does not exist", "no such host");
    private static final Fault NO_ADDRESS =
            new Fault("HELO hostname did not resolve", "no forward DNS");
    private static final Fault NO_MATCH =
            new Fault("That HELO hostname fails FCrDNS", "no matching DNS");

    /**
     * What the DNS says.
     *
     * @param isLiteral whether the client gave its address, which has no addresses of its own
     * @param isForwardMatch whether an address of the name is in the client's network: /24, or /96
     *     of IPv6
     * @param isReverseMatch whether a name of the client's address is the name given, or ends in
     *     the same two labels
     */
    record Found(
            DnsAnswer<InetAddress> addresses,
            DnsAnswer<String> names,
            boolean isLiteral,
            boolean isForwardMatch,
            boolean isReverseMatch) {}

    /** Asks for the addresses of the name and for the names of the address, both at once. */
    CompletionStage<Found> ask(Connection connection, String host) {
        String name = Hosts.comparable(host);
        boolean isLiteral = name.startsWith("[");
        CompletionStage<DnsAnswer<InetAddress>> addresses =
                isLiteral
                        ? CompletableFuture.completedFuture(
                                DnsAnswer.none(DnsAnswer.Status.NO_DATA))
                        : resolver.addresses(name);
        InetAddress client = connection.remoteAddress();
        return addresses.thenCombine(
                resolver.pointers(client),
                (forward, reverse) ->
                        new Found(
                                forward,
                                reverse,
                                isLiteral,
                                isNear(forward, client),
                                isNamed(reverse, name)));
    }

    /** The first fault; absent when there is none. A host that cannot be asked for now has none. */
    Optional<Fault> fault(Found found, String ip) {
        if (!found.isLiteral()) {
            switch (found.addresses().status()) {
                case NO_NAME -> {
                    return Optional.of(NO_SUCH_HOST);
                }
                case NO_DATA -> {
                    return Optional.of(NO_ADDRESS);
                }
                case FOUND, FAILED -> {}
            }
        }
        return switch (found.names().status()) {
            case NO_NAME -> Optional.of(new Fault("no rDNS for " + ip, "no rDNS"));
            case NO_DATA -> Optional.of(new Fault("no reverse DNS for " + ip, "no rDNS"));
            case FAILED -> Optional.of(noAnswer(ip));
            case FOUND -> matchFault(found);
        };
    }

    /** The fault of an address whose names cannot be asked for now. */
    static Fault noAnswer(String ip) {
        return new Fault("error getting reverse DNS for " + ip, "rDNS without answer", true);
    }

    private Optional<Fault> matchFault(Found found) {
        boolean fits =
                found.isForwardMatch()
                        || found.isReverseMatch()
                        || found.isLiteral()
                        || found.addresses().isFailed();
        return fits || !isStrict ? Optional.empty() : Optional.of(NO_MATCH);
    }

    private static boolean isNear(DnsAnswer<InetAddress> addresses, InetAddress client) {
        int bits = client.getAddress().length == 4 ? NETWORK_BITS : NETWORK_BITS_IPV6;
        Network network = new Network(client, bits);
        return addresses.records().stream().anyMatch(network::contains);
    }

    private static boolean isNamed(DnsAnswer<String> names, String name) {
        String end = lastLabels(name);
        return names.records().stream()
                .filter(known -> known.indexOf('.') > 0)
                .anyMatch(known -> known.equals(name) || lastLabels(known).equals(end));
    }

    private static String lastLabels(String name) {
        int dot = name.lastIndexOf('.', name.lastIndexOf('.') - 1);
        return name.substring(dot + 1);
    }
}
