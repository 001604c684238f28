package org.qpsmtpd.mailauth.spf;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.DomainName;

/** The names of the client that lead back to it (RFC 7208, 5.5). They are asked for once. */
final class Pointers {
    private static final int MOST_NAMES = 10;
    private static final String UNKNOWN = "unknown";

    private final Dns dns;
    private final InetAddress client;
    private final BooleanSupplier isLate;
    private @Nullable CompletionStage<List<String>> names;
    private boolean isVoid;

    /**
     * @param isLate whether the check has taken too long to ask further
     */
    Pointers(Dns dns, InetAddress client, BooleanSupplier isLate) {
        this.dns = dns;
        this.client = client;
        this.isLate = isLate;
    }

    /** The addresses of a host that can be a client's. */
    static CompletionStage<DnsResult<InetAddress>> addresses(
            Dns dns, InetAddress client, String host) {
        return client instanceof Inet4Address ? dns.ipv4(host) : dns.ipv6(host);
    }

    /** Whether nobody has been asked so far. */
    boolean isNew() {
        return names == null;
    }

    /** In lower case. A failure is the same as no name. */
    CompletionStage<List<String>> names() {
        if (names == null) {
            names = Stages.then(dns.pointers(client), this::confirmed);
        }
        return names;
    }

    /** Whether there was no name, told once. */
    boolean isVoidOnce() {
        boolean was = isVoid;
        isVoid = false;
        return was;
    }

    private CompletionStage<List<String>> confirmed(DnsResult<String> found) {
        isVoid = found.isVoid();
        List<String> all = found.records();
        return confirmed(all.subList(0, Math.min(all.size(), MOST_NAMES)), 0, new ArrayList<>());
    }

    private CompletionStage<List<String>> confirmed(List<String> all, int from, List<String> good) {
        if (from == all.size() || isLate.getAsBoolean()) {
            return Stages.now(good);
        }
        String name = all.get(from).toLowerCase(Locale.ROOT);
        if (!DomainName.isName(name)) {
            return confirmed(all, from + 1, good);
        }
        return Stages.then(
                addresses(dns, client, name),
                found -> {
                    if (found.records().contains(client)) {
                        good.add(name);
                    }
                    return confirmed(all, from + 1, good);
                });
    }

    /**
     * The name that stands for the client in a record of a domain: the domain itself, else one
     * below it, else any (RFC 7208, 7.3).
     */
    static String best(List<String> names, String domain) {
        String wanted = domain.toLowerCase(Locale.ROOT);
        if (names.contains(wanted)) {
            return wanted;
        }
        return names.stream()
                .filter(name -> DomainName.isAtOrBelow(name, wanted))
                .findFirst()
                .orElse(names.isEmpty() ? UNKNOWN : names.get(0));
    }

    /** What stands for the client where nothing asks for its name. */
    static String none() {
        return UNKNOWN;
    }
}
