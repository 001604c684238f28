package org.qpsmtpd.bench.mailauth;

import com.sun.management.ThreadMXBean;

import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.DnsResult.Status;
import org.qpsmtpd.mailauth.author.Authors;
import org.qpsmtpd.mailauth.dmarc.DmarcChecker;
import org.qpsmtpd.mailauth.dmarc.DmarcRequest;
import org.qpsmtpd.mailauth.dmarc.Identifier;
import org.qpsmtpd.mailauth.dmarc.Identifier.Method;

import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Measures evaluations of DMARC, one after the other, whose answers of the DNS are all known. */
public final class DmarcBench {
    private static final int ROUNDS = 9;
    private static final int CHECKS = 100_000;

    private DmarcBench() {}

    /** Takes nothing. */
    public static void main(String[] arguments) {
        System.out.printf("%nDMARC, the answers of the DNS known, one thread%n%n");
        measure("the domain itself", "joe@example.org", "example.org", "example.org");
        measure("domains below it", "joe@example.org", "bounce.example.org", "mail.example.org");
        measure("strangers", "joe@example.org", "example.net", "example.com");
        measure("eleven labels", "joe@a.b.c.d.e.f.g.h.i.example.org", "example.org", "example.org");
    }

    private static void measure(String what, String from, String spf, String dkim) {
        DmarcChecker checker =
                new DmarcChecker(new Known(), Duration.ofSeconds(20), Clock.systemUTC());
        List<String> fields = List.of("Joe Q. Public (at work) <" + from + ">");
        List<Identifier> identifiers =
                List.of(Identifier.pass(Method.SPF, spf), Identifier.pass(Method.DKIM, dkim));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        long octets = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long begin = threads.getCurrentThreadCpuTime();
            for (int i = 0; i < CHECKS; i++) {
                checker.check(new DmarcRequest(Authors.of(fields).domains(), identifiers))
                        .toCompletableFuture()
                        .join();
            }
            best = Math.min(best, threads.getCurrentThreadCpuTime() - begin);
            octets = Math.min(octets, threads.getCurrentThreadAllocatedBytes() - allocated);
        }
        System.out.printf(
                Locale.ROOT,
                "%-40s %6.2f us %6.2f KiB%n",
                what,
                best / 1000.0 / CHECKS,
                octets / 1024.0 / CHECKS);
    }

    /** Answers that are there already. */
    private static final class Known implements Dns {
        private final Map<String, CompletionStage<DnsResult<String>>> texts =
                Map.of(
                        "_dmarc.example.org",
                        CompletableFuture.completedFuture(
                                DnsResult.of(
                                        List.of(
                                                "v=DMARC1; p=reject; sp=quarantine; adkim=r;"
                                                        + " rua=mailto:dmarc@example.org!10m"))));

        private static <T> CompletionStage<DnsResult<T>> nothing() {
            return CompletableFuture.completedFuture(DnsResult.none(Status.NO_NAME));
        }

        @Override
        public CompletionStage<DnsResult<String>> texts(String name) {
            return texts.getOrDefault(name, nothing());
        }

        @Override
        public CompletionStage<DnsResult<InetAddress>> ipv4(String name) {
            return nothing();
        }

        @Override
        public CompletionStage<DnsResult<InetAddress>> ipv6(String name) {
            return nothing();
        }

        @Override
        public CompletionStage<DnsResult<String>> exchangers(String name) {
            return nothing();
        }

        @Override
        public CompletionStage<DnsResult<String>> pointers(InetAddress address) {
            return nothing();
        }
    }
}
