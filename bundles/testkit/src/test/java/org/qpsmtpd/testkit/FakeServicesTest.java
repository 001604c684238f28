package org.qpsmtpd.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.MailExchanger;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoredValue;

class FakeServicesTest {
    @Test
    void clockEndsWaitsInOrderOfTime() {
        FakeClock clock = new FakeClock();
        List<Instant> ends = new ArrayList<>();
        clock.after(Duration.ofSeconds(3)).thenRun(() -> ends.add(clock.now()));
        clock.after(Duration.ofSeconds(1))
                .thenCompose(done -> clock.after(Duration.ofSeconds(1)))
                .thenRun(() -> ends.add(clock.now()));
        clock.after(Duration.ofSeconds(9)).thenRun(() -> ends.add(clock.now()));

        clock.advance(Duration.ofSeconds(5));

        assertThat(ends)
                .containsExactly(FakeClock.START.plusSeconds(2), FakeClock.START.plusSeconds(3));
        assertThat(clock.now()).isEqualTo(FakeClock.START.plusSeconds(5));
        assertThat(clock.waiting()).isEqualTo(1);
    }

    @Test
    void clockDoesNotWaitForNothing() {
        assertThat(new FakeClock().after(Duration.ZERO)).isCompleted();
    }

    @Test
    void resolverAnswersWhatItWasTold() {
        MailExchanger first = new MailExchanger(5, "a.example.org");
        MailExchanger second = new MailExchanger(10, "b.example.org");
        FakeResolver resolver =
                new FakeResolver()
                        .withAddresses("Host.example.org", "192.0.2.1")
                        .withTexts("example.org", Status.FAILED)
                        .withMailExchangers("example.org", second, first)
                        .withPointers("192.0.2.1", "Host.Example.org")
                        .withNameServers("example.org");
        InetAddress address = Network.parseAddress("192.0.2.1");

        assertThat(resolver.addresses("host.EXAMPLE.org"))
                .isCompletedWithValue(new DnsAnswer<>(Status.FOUND, List.of(address)));
        assertThat(resolver.texts("example.org"))
                .isCompletedWithValue(new DnsAnswer<>(Status.FAILED, List.of()));
        assertThat(resolver.mailExchangers("example.org"))
                .isCompletedWithValue(new DnsAnswer<>(Status.FOUND, List.of(first, second)));
        assertThat(resolver.pointers(address))
                .isCompletedWithValue(new DnsAnswer<>(Status.FOUND, List.of("host.example.org")));
        assertThat(resolver.nameServers("example.org"))
                .isCompletedWithValue(new DnsAnswer<>(Status.NO_DATA, List.of()));
        assertThat(resolver.questions())
                .containsExactly(
                        "AAAA host.example.org",
                        "A host.example.org",
                        "TXT example.org",
                        "MX example.org",
                        "PTR 1.2.0.192.in-addr.arpa",
                        "NS example.org");
    }

    @Test
    void resolverRefusesUnexpectedQuestions() {
        FakeResolver resolver = new FakeResolver().withTexts("example.org", "text");

        assertThatThrownBy(() -> resolver.addresses("example.org"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("AAAA example.org");
    }

    @Test
    void resolverKeepsAnswersBack() {
        FakeResolver resolver = new FakeResolver().withTexts("example.org", "text").holding();
        CompletionStage<DnsAnswer<String>> answer = resolver.texts("example.org");
        assertThat(answer).isNotCompleted();

        resolver.release();

        assertThat(answer).isCompleted();
    }

    @Test
    void resolverKnowsWhatFor() {
        FakeResolver resolver = new FakeResolver().withOthers(Status.NO_NAME);

        resolver.forPurpose(DnsPurpose.LISTS).texts("1.2.0.192.list.test.");
        resolver.addresses("mail.example.org");

        assertThat(resolver.questions())
                .containsExactly(
                        "TXT 1.2.0.192.list.test", "AAAA mail.example.org", "A mail.example.org");
        assertThat(resolver.purposes())
                .containsExactly(DnsPurpose.LISTS, DnsPurpose.GENERAL, DnsPurpose.GENERAL);
    }

    @Test
    void storesOfOneNameAreTheSame() {
        FakeStores stores = new FakeStores();
        stores.open("karma").set("192.0.2.1", "1", Store.FOR_EVER);

        assertThat(
                        stores.open("karma")
                                .update(
                                        "192.0.2.1",
                                        value ->
                                                value.map(
                                                        v ->
                                                                new StoredValue(
                                                                        v.value() + 2, v.life()))))
                .isCompletedWithValue(Optional.of("12"));

        assertThat(stores.open("karma").get("192.0.2.1")).isCompletedWithValue(Optional.of("12"));
        assertThat(stores.open("other").size()).isCompletedWithValue(0L);
    }

    @Test
    void storeDeletes() {
        FakeStore store = new FakeStore();
        store.set("a", "1", Store.FOR_EVER);
        store.set("b", "2", Store.FOR_EVER);
        store.set("c", "3", Store.FOR_EVER);

        assertThat(store.delete("a")).isCompletedWithValue(true);
        assertThat(store.delete("a")).isCompletedWithValue(false);
        assertThat(store.update("b", value -> Optional.empty()))
                .isCompletedWithValue(Optional.empty());
        assertThat(store.deleteIf((key, value) -> value.equals("3"))).isCompletedWithValue(1L);
        assertThat(store.size()).isCompletedWithValue(0L);
    }

    @Test
    void numbersEndWithTheirPeriod() {
        FakeClock clock = new FakeClock();
        FakeStore store = new FakeStore(clock);
        store.add("192.0.2.1", 2, Duration.ofMinutes(1));
        clock.advance(Duration.ofSeconds(59));

        assertThat(store.add("192.0.2.1", 3, Duration.ofMinutes(1))).isCompletedWithValue(5L);
        assertThat(store.life("192.0.2.1")).isEqualTo(Duration.ofSeconds(1));

        clock.advance(Duration.ofSeconds(1));
        assertThat(store.get("192.0.2.1")).isCompletedWithValue(Optional.empty());
    }

    @Test
    void whatOthersChoseIsAKey() {
        FakeStore store = new FakeStore();
        String longest = "x".repeat(Store.LONGEST_KEY);
        String tooLong = "ü".repeat(257);

        assertThat(Store.key(longest)).isEqualTo(longest);
        assertThat(Store.key(tooLong))
                .matches("sha256=[0-9a-f]{64}")
                .isNotEqualTo(Store.key(tooLong + "x"));
        assertThat(store.add(Store.key(tooLong), 1, Store.FOR_EVER)).isCompletedWithValue(1L);
    }

    @Test
    void storeFailsWhenTold() {
        FakeStore store = new FakeStore();
        store.fail("nobody answers");
        assertThat(store.get("a")).isCompletedExceptionally();

        store.recover();
        assertThat(store.get("a")).isCompletedWithValue(Optional.empty());
    }

    @Test
    void storesRefuseOddNames() {
        assertThatThrownBy(() -> new FakeStores().open("../karma"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void patternsAreFoundAnywhere() {
        FakePatterns patterns = new FakePatterns();

        assertThat(patterns.compile("b+", false)).accepts("abc").rejects("aBc");
        assertThat(patterns.compile("B+", true)).accepts("abc");
    }

    @Test
    void patternsRefuseWhatNeedsBacktracking() {
        FakePatterns patterns = new FakePatterns();

        for (String regex : List.of("(a)\\1", "(?=a)", "(?<!a)b", "a++", "(")) {
            assertThatThrownBy(() -> patterns.compile(regex, false))
                    .as(regex)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(patterns.compile("\\\\1(?i:a)(?<n>b)\\++", false)).accepts("\\1Ab++");
    }
}
