package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.testkit.FakeNameServer;

/**
 * A thousand clients at once that nobody knows, and plugins that ask the DNS and the store about
 * each and have it wait: all are greeted, and no thread waits with them.
 */
@Timeout(240)
class NewcomersIT {
    private static final int CLIENTS = 1000;

    /** Event loops, workers, and what a JVM has of its own. */
    private static final int MOST_THREADS = 80;

    /** As many as are kept warm. */
    private static final int MOST_CHILDREN = 5;

    private final Path folder;

    NewcomersIT(@TempDir Path folder) {
        this.folder = folder;
    }

    /** One that remembers nobody. */
    private ServerUnderTest.Builder server(FakeNameServer names) {
        return ServerUnderTest.builder()
                .plugins(
                        "karma",
                        "hosts_allow",
                        "relay",
                        "earlytalker wait 1",
                        "fcrdns",
                        "dnsbl",
                        "helo policy rfc",
                        "badmailfrom",
                        "resolvable_fromhost",
                        "greylisting",
                        "rcpt_ok",
                        "queue/maildir MAIL")
                .file("dns_servers", names.address())
                .file("store", "file " + folder.resolve("store"))
                .file("dnsbl_zones", "one.bl.test", "two.bl.test", "three.bl.test")
                .file("badmailfrom", "@bad.test")
                .file("proxy_protocol_from", "127.0.0.1")
                .file("logging", "logging/warn 4");
    }

    private static FakeNameServer names() throws IOException {
        FakeNameServer names = FakeNameServer.start();
        for (String zone : List.of("one", "two", "three")) {
            names.with(DnsType.A, "2.0.0.127." + zone + ".bl.test", "127.0.0.2");
        }
        for (int i = 0; i < 2 * CLIENTS; i++) {
            names.withPointers(address(i), "c" + i + ".client.test");
            names.with(DnsType.A, "c" + i + ".client.test", address(i));
            names.with(DnsType.MX, "s" + i + ".test", "10 mx.s" + i + ".test");
            names.with(DnsType.A, "mx.s" + i + ".test", "192.0.2.25");
        }
        return names;
    }

    /** Of the network for measurements. */
    private static String address(int number) {
        return "198.18.%d.%d".formatted(number / 250, number % 250 + 1);
    }

    private static List<String> script(int number) {
        return List.of(
                "PROXY TCP4 %s 192.0.2.1 %d 25".formatted(address(number), 10_000 + number),
                "EHLO c" + number + ".client.test",
                "MAIL FROM:<joe@s" + number + ".test>",
                "QUIT");
    }

    @Test
    void aThousandAtOnceAreAllGreeted() throws IOException {
        try (FakeNameServer names = names();
                ServerUnderTest server = server(names).start()) {
            come(server, "a server just started", 0);
            come(server, "a server that has met a thousand", CLIENTS);
            assertThat(names.questions())
                    .contains("PTR 1.0.18.198.in-addr.arpa", "A 1.0.18.198.three.bl.test")
                    .contains("A c0.client.test", "MX s0.test");
        }
    }

    /** Each is deferred in the end, since greylisting does not know it. */
    private static void come(ServerUnderTest server, String what, int first) throws IOException {
        ProcessView process = new ProcessView(server.pid());
        AtomicInteger threads = new AtomicInteger();
        AtomicInteger children = new AtomicInteger();
        long before = process.cpuMillis();
        long ours = ProcessView.self().cpuMillis();
        Newcomers clients = new Newcomers(server.port(), CLIENTS, i -> script(first + i));
        Figures greeted =
                clients.run(
                        () -> {
                            threads.accumulateAndGet(process.threads().size(), Math::max);
                            children.accumulateAndGet(process.children().size(), Math::max);
                        });
        Figures.print(
                "newcomers: %d at once at %s, greeted after %.0f ms (median), %.0f (most);"
                        + " the server worked %d ms, the clients and their name server %d ms;"
                        + " at most %d threads, %d of them children",
                CLIENTS,
                what,
                greeted.median(),
                greeted.max(),
                process.cpuMillis() - before,
                ProcessView.self().cpuMillis() - ours,
                threads.get(),
                children.get());
        assertThat(clients.codes()).hasSize(CLIENTS).containsOnly("220 250 450 221");
        assertThat(threads.get()).as("threads").isPositive().isLessThan(MOST_THREADS);
        assertThat(children.get()).as("children").isLessThanOrEqualTo(MOST_CHILDREN);
    }
}
