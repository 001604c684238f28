package org.qpsmtpd.dns.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.net.NameServerAddress;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.api.service.MailExchanger;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.service.ServiceLocation;
import org.qpsmtpd.api.service.TlsaRecord;
import org.qpsmtpd.api.service.ZoneStart;
import org.qpsmtpd.dns.transport.Loop;
import org.qpsmtpd.testkit.FakeNameServer;

class ServerResolverTest {
    private final AtomicLong nanos = new AtomicLong();
    private FakeNameServer server;
    private Loop loop;
    private ServerResolver resolver;

    @BeforeEach
    void start() throws Exception {
        server = FakeNameServer.start();
        loop = new Loop("dns-test");
        resolver = asking(server.address());
    }

    @AfterEach
    void stop() throws Exception {
        resolver.close();
        loop.close();
        server.close();
    }

    private ServerResolver asking(String... lines) {
        List<NameServerAddress> named =
                List.of(lines).stream().map(NameServerAddress::parse).toList();
        return new ServerResolver(loop, () -> named, nanos::get);
    }

    private <T> DnsAnswer<T> ask(String name, DnsType<T> type) throws Exception {
        return Answers.of(resolver.ask(name, type));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void findsRecordsOfAllTypes() throws Exception {
        server.with(DnsType.A, "mail.example.org", "192.0.2.1", "192.0.2.2")
                .with(DnsType.AAAA, "mail.example.org", "2001:db8::1")
                .with(DnsType.MX, "example.org", "20 b.example.org", "10 Mail.Example.ORG")
                .with(DnsType.TXT, "example.org", "v=spf1 -all", "caf\u00E9")
                .with(DnsType.NS, "example.org", "ns.example.org")
                .with(DnsType.SOA, "example.org", "ns.example.org adm.example.org 7 1 2 3 60")
                .with(DnsType.CNAME, "www.example.org", "mail.example.org")
                .with(DnsType.SRV, "_imap._tcp.example.org", "5 2 143 mail.example.org")
                .with(DnsType.TLSA, "_25._tcp.mail.example.org", "3 1 1 0a0B")
                .withPointers("192.0.2.1", "mail.example.org");

        assertThat(ask("MAIL.example.org", DnsType.A).records())
                .containsExactly(
                        (Inet4Address) Network.parseAddress("192.0.2.1"),
                        (Inet4Address) Network.parseAddress("192.0.2.2"));
        assertThat(ask("mail.example.org.", DnsType.AAAA).records())
                .containsExactly((Inet6Address) Network.parseAddress("2001:db8::1"));
        assertThat(ask("example.org", DnsType.MX).records())
                .containsExactly(
                        new MailExchanger(10, "mail.example.org"),
                        new MailExchanger(20, "b.example.org"));
        assertThat(ask("example.org", DnsType.TXT).records())
                .containsExactly("v=spf1 -all", "caf\u00E9");
        assertThat(ask("example.org", DnsType.NS).records()).containsExactly("ns.example.org");
        assertThat(ask("example.org", DnsType.SOA).records())
                .containsExactly(new ZoneStart("ns.example.org", "adm.example.org", 7, 60));
        assertThat(ask("www.example.org", DnsType.CNAME).records())
                .containsExactly("mail.example.org");
        assertThat(ask("_imap._tcp.example.org", DnsType.SRV).records())
                .containsExactly(new ServiceLocation(5, 2, 143, "mail.example.org"));
        assertThat(ask("_25._tcp.mail.example.org", DnsType.TLSA).records())
                .containsExactly(new TlsaRecord(3, 1, 1, "0a0b"));
        assertThat(Answers.of(resolver.pointers(Network.parseAddress("192.0.2.1"))).records())
                .containsExactly("mail.example.org");
        assertThat(Answers.of(resolver.addresses("www.example.org")).records()).hasSize(3);
    }

    @Test
    void tellsNoNameFromNoData() throws Exception {
        server.with(DnsType.A, "mail.example.org", "192.0.2.1");

        assertThat(ask("mail.example.org", DnsType.MX).status()).isEqualTo(Status.NO_DATA);
        assertThat(ask("example.org", DnsType.MX).status()).isEqualTo(Status.NO_DATA);
        assertThat(ask("nobody.example.org", DnsType.MX).status()).isEqualTo(Status.NO_NAME);
    }

    @Test
    void asksNobodyForWhatIsNoName() throws Exception {
        for (String name :
                List.of("", "a..b", "x".repeat(64) + ".org", "two words.org", "\uD800.org")) {
            assertThat(ask(name, DnsType.A).status()).as(name).isEqualTo(Status.NO_NAME);
        }
        assertThat(server.asked()).isZero();
    }

    @Test
    void looksUpOtherAlphabets() throws Exception {
        server.with(DnsType.TXT, "_dmarc.xn--mnchen-3ya.example", "v=DMARC1");

        assertThat(ask("_dmarc.M\u00FCnchen.example", DnsType.TXT).records())
                .containsExactly("v=DMARC1");
    }

    @Test
    void keepsAnswersForTheirTime() throws Exception {
        server.with(DnsType.A, "mail.example.org", "192.0.2.1").withTtl(60).withNegativeTtl(30);
        for (int i = 0; i < 3; i++) {
            ask("mail.example.org", DnsType.A);
            ask("nobody.example.org", DnsType.A);
        }
        assertThat(server.asked()).isEqualTo(2);

        pass(Duration.ofSeconds(31));
        ask("mail.example.org", DnsType.A);
        ask("nobody.example.org", DnsType.A);
        assertThat(server.asked()).isEqualTo(3);

        pass(Duration.ofSeconds(31));
        ask("mail.example.org", DnsType.A);
        assertThat(server.asked()).isEqualTo(4);
    }

    @Test
    void keepsNothingThatMayNotBeKept() throws Exception {
        server.with(DnsType.A, "mail.example.org", "192.0.2.1").withTtl(0).withNegativeTtl(-1);
        for (int i = 0; i < 2; i++) {
            assertThat(ask("mail.example.org", DnsType.A).isFound()).isTrue();
            assertThat(ask("nobody.example.org", DnsType.A).status()).isEqualTo(Status.NO_NAME);
        }
        assertThat(server.asked()).isEqualTo(4);
    }

    @Test
    void flushForgets() throws Exception {
        server.with(DnsType.A, "mail.example.org", "192.0.2.1");
        ask("mail.example.org", DnsType.A);
        resolver.flush().toCompletableFuture().get(30, TimeUnit.SECONDS);
        ask("mail.example.org", DnsType.A);
        assertThat(server.asked()).isEqualTo(2);
    }

    @Test
    void joinsQuestionsOnTheirWay() throws Exception {
        server.with(DnsType.A, "mail.example.org", "192.0.2.1").withDelay(Duration.ofMillis(300));
        List<CompletionStage<DnsAnswer<Inet4Address>>> stages =
                IntStream.range(0, 50)
                        .mapToObj(i -> resolver.ask("mail.example.org", DnsType.A))
                        .toList();
        for (CompletionStage<DnsAnswer<Inet4Address>> stage : stages) {
            assertThat(Answers.of(stage).isFound()).isTrue();
        }
        assertThat(server.asked()).isEqualTo(1);
        assertThat(resolver.figures().joined()).isEqualTo(49);
    }

    @Test
    void nobodySpoilsTheAnswerOfOthers() throws Exception {
        server.with(DnsType.A, "mail.example.org", "192.0.2.1").withDelay(Duration.ofMillis(300));
        CompletionStage<DnsAnswer<Inet4Address>> first =
                resolver.ask("mail.example.org", DnsType.A);
        CompletionStage<DnsAnswer<Inet4Address>> second =
                resolver.ask("mail.example.org", DnsType.A);
        first.toCompletableFuture().cancel(true);
        assertThat(Answers.of(second).isFound()).isTrue();
    }

    @Test
    void followsAliases() throws Exception {
        server.with(DnsType.CNAME, "www.example.org", "web.example.net")
                .with(DnsType.CNAME, "web.example.net", "host.example.com")
                .with(DnsType.CNAME, "void.example.org", "nobody.example.org")
                .with(DnsType.A, "host.example.com", "192.0.2.1");

        assertThat(ask("www.example.org", DnsType.A).isFound()).isTrue();
        assertThat(ask("void.example.org", DnsType.A).status()).isEqualTo(Status.NO_NAME);
        assertThat(server.asked()).isEqualTo(2);
    }

    @Test
    void staleAnswersAreForGeneralQuestionsOnly() throws Exception {
        Resolver lists = resolver.forPurpose(DnsPurpose.LISTS);
        server.with(DnsType.A, "mail.example.org", "192.0.2.1").withTtl(60);
        ask("mail.example.org", DnsType.A);

        server.withoutRecords().with("mail.example.org", Status.FAILED);
        pass(Duration.ofSeconds(61));

        assertThat(Answers.of(lists.ask("mail.example.org", DnsType.A)).isFailed()).isTrue();
        assertThat(ask("mail.example.org", DnsType.A).isFound()).isTrue();
        assertThat(server.asked()).as("a failure is kept for a moment").isEqualTo(2);

        pass(Duration.ofHours(2));
        assertThat(ask("mail.example.org", DnsType.A).isFailed()).isTrue();
    }

    @Test
    void failuresAreKeptForSecondsOnly() throws Exception {
        server.with("mail.example.org", Status.FAILED);
        ask("mail.example.org", DnsType.A);
        assertThat(ask("mail.example.org", DnsType.A).isFailed()).isTrue();
        assertThat(server.asked()).isEqualTo(1);

        server.withoutRecords().with(DnsType.A, "mail.example.org", "192.0.2.1");
        pass(Duration.ofSeconds(6));
        assertThat(ask("mail.example.org", DnsType.A).isFound()).isTrue();
    }

    @Test
    void onlyTheTrustedVouch() throws Exception {
        server.with(DnsType.A, "mail.example.org", "192.0.2.1").withAuthenticated(true);
        assertThat(ask("mail.example.org", DnsType.A).isAuthenticated()).isFalse();

        try (ServerResolver trusting = asking(server.address() + " trusted")) {
            assertThat(Answers.of(trusting.ask("mail.example.org", DnsType.A)).isAuthenticated())
                    .isTrue();
        }
    }

    @Test
    void manyAtOnceNeedNoThread() throws Exception {
        server.with(DnsType.A, "*.example.org", "192.0.2.1").withDelay(Duration.ofMillis(100));
        ask("first.example.org", DnsType.A);
        int before = Thread.activeCount();
        List<CompletionStage<DnsAnswer<Inet4Address>>> stages = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            stages.add(resolver.ask("host" + i + ".example.org", DnsType.A));
        }
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(before);
        for (CompletionStage<DnsAnswer<Inet4Address>> stage : stages) {
            assertThat(Answers.of(stage).isFound()).isTrue();
        }
        assertThat(resolver.atWork(DnsPurpose.GENERAL)).isZero();
    }

    @Test
    void onePurposeDoesNotStarveAnother() throws Exception {
        server.withSilence();
        Resolver lists = resolver.forPurpose(DnsPurpose.LISTS);
        List<CompletionStage<DnsAnswer<String>>> stages = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            stages.add(lists.texts("n" + i + ".list.test"));
        }
        DnsAnswer<String> last = Answers.of(stages.get(9999));
        assertThat(last.isFailed()).as("no room even to wait").isTrue();
        assertThat(resolver.atWork(DnsPurpose.LISTS)).isEqualTo(1024);
        assertThat(resolver.waiting(DnsPurpose.LISTS)).isEqualTo(8192);

        server.withoutScript().with(DnsType.A, "mail.example.org", "192.0.2.1");
        assertThat(ask("mail.example.org", DnsType.A).isFound()).isTrue();
    }

    @Test
    void endsAllWhenItCloses() throws Exception {
        server.withSilence();
        CompletionStage<DnsAnswer<String>> before = resolver.texts("example.org");
        resolver.close();
        assertThat(Answers.of(before).isFailed()).isTrue();
        assertThat(Answers.of(resolver.texts("example.org")).isFailed()).isTrue();
        loop.close();
        assertThat(Answers.of(resolver.texts("example.org")).isFailed()).isTrue();
    }

    @Test
    void asksAnotherServerWhenOneIsSilent() throws Exception {
        try (FakeNameServer other = FakeNameServer.start();
                ServerResolver both = asking(other.address(), server.address())) {
            other.withSilence();
            server.with(DnsType.A, "*.example.org", "192.0.2.1");
            for (int i = 0; i < 4; i++) {
                String name = "h" + i + ".example.org";
                assertThat(Answers.of(both.ask(name, DnsType.A)).isFound()).isTrue();
            }
            assertThat(other.asked()).as("it is asked less").isLessThan(4);
        }
    }

    @Test
    void asksAnotherServerWhenNobodyIsAtAPort() throws Exception {
        // Of another address of this host: a port there is taken by no socket of other programs.
        String gone = server.address().replace("127.0.0.1", "127.0.0.77");
        try (ServerResolver both = asking(gone, server.address())) {
            server.with(DnsType.A, "mail.example.org", "192.0.2.1");
            assertThat(Answers.of(both.ask("mail.example.org", DnsType.A)).isFound()).isTrue();
            assertThat(both.servers().get(0).resting()).isTrue();
        }
        try (ServerResolver alone = asking(gone)) {
            assertThat(Answers.of(alone.ask("mail.example.org", DnsType.A)).isFailed()).isTrue();
        }
    }

    @Test
    void prefersTheQuickServer() throws Exception {
        try (FakeNameServer slow = FakeNameServer.start();
                ServerResolver both = asking(slow.address(), server.address())) {
            slow.with(DnsType.A, "*.example.org", "192.0.2.1").withDelay(Duration.ofMillis(200));
            server.with(DnsType.A, "*.example.org", "192.0.2.1");
            for (int i = 0; i < 20; i++) {
                Answers.of(both.ask("h" + i + ".example.org", DnsType.A));
            }
            assertThat(server.asked()).isGreaterThan(slow.asked());
        }
    }

    @Test
    void asksNobodyElseAboutThisHost() throws Exception {
        server.withPointers("127.0.0.7", "client.example.org");
        assertThat(Answers.of(resolver.pointers(Network.parseAddress("127.0.0.7"))).isFound())
                .isTrue();

        // An address that is for documentation, where nobody is asked.
        try (ServerResolver elsewhere = asking("192.0.2.53")) {
            for (String ip : List.of("127.0.0.7", "::1")) {
                assertThat(Answers.of(elsewhere.pointers(Network.parseAddress(ip))).status())
                        .isEqualTo(Status.NO_NAME);
            }
            assertThat(Answers.of(elsewhere.ask("localhost", DnsType.A)).status())
                    .isEqualTo(Status.NO_NAME);
            assertThat(elsewhere.servers().get(0).asked()).isZero();
        }
    }

    @Test
    void asksAgainWhatWasLost() throws Exception {
        server.with(DnsType.A, "*.example.org", "192.0.2.1");
        Set<String> lost = ConcurrentHashMap.newKeySet();
        server.withScript(
                query -> {
                    String asked = new String(query.message(), 12, 4, StandardCharsets.US_ASCII);
                    boolean first = lost.add(asked.toLowerCase(Locale.ROOT));
                    return first ? List.of() : List.of(server.answer(query));
                });
        List<CompletionStage<DnsAnswer<Inet4Address>>> stages = new ArrayList<>();
        stages.add(resolver.ask("lost.example.org", DnsType.A));
        for (int i = 100; i < 110; i++) {
            stages.add(resolver.ask(i + ".example.org", DnsType.A));
        }
        // One that is answered meanwhile, so that the server is known to be there.
        lost.add("\u0003hey");
        stages.add(resolver.ask("hey.example.org", DnsType.A));
        for (CompletionStage<DnsAnswer<Inet4Address>> stage : stages) {
            assertThat(Answers.of(stage).isFound()).isTrue();
        }
        assertThat(resolver.servers().get(0).resting()).isFalse();
    }
}
