package org.qpsmtpd.api.service;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.qpsmtpd.api.net.ReverseName;

/**
 * DNS look-ups that do not hold a thread.
 *
 * <p>A stage always completes, at the latest after the resolver's own time limit, and never with an
 * exception: trouble is the status FAILED. It may complete on a thread of the resolver's, so what
 * follows belongs into {@code HookResult.later(stage, function)}.
 *
 * <p>Names are absolute, with or without the trailing dot; the search list is not used. Letters
 * beyond ASCII are looked up as their A-labels (UTS 46). What cannot be a name in the DNS has the
 * answer NO_NAME, and nobody is asked.
 *
 * <p>There is one for each server; the engine gives each plugin that of its own server.
 */
@ProviderType
public interface Resolver {
    /** Records of a type that a name has. */
    <T> CompletionStage<DnsAnswer<T>> ask(String name, DnsType<T> type);

    /** This resolver with the share of another purpose; {@link DnsPurpose#GENERAL} without. */
    Resolver forPurpose(DnsPurpose purpose);

    /**
     * A and AAAA records of a host name, those of IPv4 first. FAILED only when a question failed
     * and the other one found nothing.
     */
    default CompletionStage<DnsAnswer<InetAddress>> addresses(String host) {
        CompletionStage<DnsAnswer<Inet6Address>> six = ask(host, DnsType.AAAA);
        return ask(host, DnsType.A).thenCombine(six, Resolver::both);
    }

    /** A and AAAA records of several host names, asked for at once; in the order of the names. */
    default CompletionStage<List<DnsAnswer<InetAddress>>> addressesOf(List<String> hosts) {
        CompletionStage<List<DnsAnswer<InetAddress>>> all =
                CompletableFuture.completedFuture(List.of());
        for (CompletionStage<DnsAnswer<InetAddress>> one :
                hosts.stream().map(this::addresses).toList()) {
            all = all.thenCombine(one, Resolver::with);
        }
        return all;
    }

    /** PTR records of an address. */
    default CompletionStage<DnsAnswer<String>> pointers(InetAddress address) {
        return ask(ReverseName.pointer(address), DnsType.PTR);
    }

    /** TXT records of a name. */
    default CompletionStage<DnsAnswer<String>> texts(String name) {
        return ask(name, DnsType.TXT);
    }

    /** MX records of a domain, ordered by preference. */
    default CompletionStage<DnsAnswer<MailExchanger>> mailExchangers(String domain) {
        return ask(domain, DnsType.MX);
    }

    /** NS records of a domain. */
    default CompletionStage<DnsAnswer<String>> nameServers(String domain) {
        return ask(domain, DnsType.NS);
    }

    private static <T> List<T> with(List<T> some, T another) {
        List<T> all = new ArrayList<>(some);
        all.add(another);
        return all;
    }

    private static DnsAnswer<InetAddress> both(
            DnsAnswer<Inet4Address> four, DnsAnswer<Inet6Address> six) {
        if (!four.isFound() && !six.isFound()) {
            boolean isFour = four.isFailed() || six.status() == DnsAnswer.Status.NO_NAME;
            return DnsAnswer.none(isFour ? four.status() : six.status());
        }
        List<InetAddress> all = new ArrayList<>(four.records());
        all.addAll(six.records());
        boolean isAuthenticated =
                (four.isAuthenticated() || !four.isFound())
                        && (six.isAuthenticated() || !six.isFound());
        return new DnsAnswer<>(DnsAnswer.Status.FOUND, all, isAuthenticated);
    }
}
