package org.qpsmtpd.bench.mailauth;

import com.sun.management.ThreadMXBean;

import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.DnsResult.Status;
import org.qpsmtpd.mailauth.spf.SpfChecker;
import org.qpsmtpd.mailauth.spf.SpfRequest;
import org.qpsmtpd.mailauth.spf.SpfSettings;

import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Measures checks of SPF, one after the other, whose answers of the DNS are all known. */
public final class SpfBench {
    private static final int ROUNDS = 9;
    private static final int CHECKS = 200_000;

    private SpfBench() {}

    /** Takes nothing. */
    public static void main(String[] arguments) throws Exception {
        System.out.printf("%nSPF, the answers of the DNS known, one thread%n%n");
        measure("ip4 of its own", "own.example", "192.0.2.1");
        measure("a, mx, then ip4", "hosts.example", "192.0.2.1");
        measure("third include of three", "deep.example", "198.51.100.9");
        measure("nothing but -all after three includes", "deep.example", "203.0.113.9");
    }

    private static void measure(String what, String domain, String client) throws Exception {
        SpfChecker checker = new SpfChecker(new Known(), SpfSettings.of("mx.example.net"));
        InetAddress address = InetAddress.getByName(client);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        long octets = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long begin = threads.getCurrentThreadCpuTime();
            for (int i = 0; i < CHECKS; i++) {
                checker.check(SpfRequest.mailFrom(address, "mail." + domain, "user", domain))
                        .toCompletableFuture()
                        .join();
            }
            best = Math.min(best, threads.getCurrentThreadCpuTime() - begin);
            octets = Math.min(octets, threads.getCurrentThreadAllocatedBytes() - allocated);
        }
        System.out.printf(
                Locale.ROOT,
                "%-40s %6.2f us %6.2f KiB (target: 10 us, 5 KiB)%n",
                what,
                best / 1000.0 / CHECKS,
                octets / 1024.0 / CHECKS);
    }

    /** Answers that are there already. */
    private static final class Known implements Dns {
        private final Map<String, CompletionStage<DnsResult<String>>> texts =
                Map.of(
                        "own.example", found("v=spf1 ip4:198.51.100.0/24 ip4:192.0.2.0/24 -all"),
                        "hosts.example", found("v=spf1 a mx ip4:192.0.2.0/24 -all"),
                        "deep.example",
                                found(
                                        "v=spf1 include:one.example include:two.example"
                                                + " include:three.example -all"),
                        "one.example",
                                found(
                                        "v=spf1 "
                                                + "ip4:10.1.0.0/16 ip6:2001:db8::/32 ".repeat(10)
                                                + "~all"),
                        "two.example",
                                found(
                                        "v=spf1 "
                                                + "ip4:10.2.0.0/16 ip6:2001:db8::/32 ".repeat(10)
                                                + "~all"),
                        "three.example", found("v=spf1 ip4:10.3.0.0/16 ip4:198.51.100.0/24 ?all"));
        private final CompletionStage<DnsResult<String>> exchangers =
                CompletableFuture.completedFuture(
                        DnsResult.of(List.of("mx1.example", "mx2.example")));
        private final CompletionStage<DnsResult<InetAddress>> addresses = found(host());
        private final CompletionStage<DnsResult<String>> nothing =
                CompletableFuture.completedFuture(DnsResult.none(Status.NO_NAME));

        private static InetAddress host() {
            try {
                return InetAddress.getByName("198.51.100.7");
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }

        private static <T> CompletionStage<DnsResult<T>> found(T record) {
            return CompletableFuture.completedFuture(DnsResult.of(List.of(record)));
        }

        @Override
        public CompletionStage<DnsResult<String>> texts(String name) {
            return texts.getOrDefault(name, nothing);
        }

        @Override
        public CompletionStage<DnsResult<InetAddress>> ipv4(String name) {
            return addresses;
        }

        @Override
        public CompletionStage<DnsResult<InetAddress>> ipv6(String name) {
            return addresses;
        }

        @Override
        public CompletionStage<DnsResult<String>> exchangers(String name) {
            return exchangers;
        }

        @Override
        public CompletionStage<DnsResult<String>> pointers(InetAddress address) {
            return nothing;
        }
    }
}
