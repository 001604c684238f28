package org.qpsmtpd.plugin.uribl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.mime.StreamMimeReader;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeTransaction;

class UriblPluginTest {
    private static final String MATCH = "X-URIBL-Match";

    private final FakeResolver resolver = new FakeResolver().withOthers(Status.NO_NAME);
    private final FakeTransaction transaction = FakeTransaction.create();
    private UriblPlugin plugin = plugin(Map.of());

    @BeforeEach
    void aMessage() {
        zones("uri.example");
        message("http://www.spam.test/ http://1.2.3.4/");
        resolver.withAddresses("2.0.0.127.uri.example", "127.0.0.2");
    }

    @AfterEach
    void endsThreads() {
        plugin.close();
    }

    private UriblPlugin plugin(Map<String, ?> settings) {
        return plugin(settings, Duration.ofSeconds(30));
    }

    private UriblPlugin plugin(Map<String, ?> settings, Duration limit) {
        UriblConfig config = Configs.config(UriblConfig.class, settings);
        return new UriblPlugin(config, new StreamMimeReader(), resolver, limit);
    }

    private void use(Map<String, ?> settings) {
        plugin.close();
        plugin = plugin(settings);
    }

    private void zones(String... lines) {
        transaction.connection().config().set("uribl_zones", lines);
    }

    private void message(String text) {
        transaction.withMessage("Subject: http://subject.test/\n\n" + text + "\n");
    }

    private HookResult data() {
        return end(plugin.onDataPost(transaction));
    }

    private static HookResult end(HookResult result) {
        HookResult answer = result;
        while (answer.pending().isPresent()) {
            answer = answer.pending().get().answer().toCompletableFuture().join();
        }
        return answer;
    }

    @Test
    void addsAFieldForEachHit() {
        resolver.withAddresses("spam.test.uri.example", "127.0.0.2")
                .withTexts("spam.test.uri.example", "sells pills")
                .withAddresses("4.3.2.1.uri.example", "127.0.0.8")
                .withTexts("4.3.2.1.uri.example", "sends worms");

        assertThat(data().reason())
                .isEqualTo("fail, tolerated: spam.test in uri.example: sells pills");
        assertThat(transaction.headers().all(MATCH))
                .extracting(field -> field.value())
                .containsExactly(
                        "spam.test in uri.example: sells pills",
                        "1.2.3.4 in uri.example: sends worms");
        assertThat(resolver.purposes()).containsOnly(DnsPurpose.URIS);
    }

    @Test
    void asksForEachDomainAHostIsIn() {
        use(Map.of("self_test", false));

        assertThat(data()).isEqualTo(HookResult.pass("not listed"));
        assertThat(resolver.questions())
                .containsExactly(
                        "A spam.test.uri.example",
                        "A www.spam.test.uri.example",
                        "A 4.3.2.1.uri.example");
    }

    @ParameterizedTest
    @CsvSource({"deny, DENY", "denysoft, DENYSOFT", "log, DECLINED", "Add-Header, DECLINED"})
    void doesWhatTheLineSays(String action, Action answer) {
        zones("uri.example " + action);
        resolver.withAddresses("spam.test.uri.example", "127.0.0.2");

        HookResult result = data();

        assertThat(result.action()).isEqualTo(answer);
        assertThat(result.text())
                .isEqualTo(answer.refuses() ? "spam.test in uri.example: listed" : "");
        assertThat(transaction.headers().count(MATCH))
                .isEqualTo(action.equals("Add-Header") ? 1 : 0);
    }

    @Test
    void theStrictestActionCounts() {
        use(Map.of("action", "deny"));
        zones("uri.example denysoft", "other.example");
        resolver.withAddresses("spam.test.uri.example", "127.0.0.2")
                .withAddresses("spam.test.other.example", "127.0.0.2");

        assertThat(data().text()).isEqualTo("spam.test in other.example: listed");
    }

    @ParameterizedTest
    @CsvSource({
        "'2,8', 127.0.0.2, true",
        "'2,8', 127.0.0.12, true",
        "'2,8', 127.0.0.4, false",
        "256, 127.0.1.0, true",
        "-1, 127.0.0.4, true",
        "0, 127.0.0.4, true",
        "2, 127.0.0.1, false",
        "'', 127.0.0.1, false"
    })
    void masksChooseAmongTheListsOfAZone(String masks, String answer, boolean isHit) {
        zones("uri.example " + masks + " deny");
        resolver.withAddresses("spam.test.uri.example", answer);

        assertThat(data().action()).isEqualTo(isHit ? Action.DENY : Action.DECLINED);
    }

    @Test
    void aListMayHaveNamesAlone() {
        use(Map.of("self_test", false));
        zones("uri.example names");
        var unused = data();

        assertThat(resolver.questions()).noneMatch(question -> question.contains("4.3.2.1"));
    }

    @Test
    void addressesNeedNotBeLookedUp() {
        use(Map.of("self_test", false, "checkip", false));
        var unused = data();

        assertThat(resolver.questions()).noneMatch(question -> question.contains("4.3.2.1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"scan_headers", "check_headers"})
    void theHeaderIsSearchedWhenWanted(String option) {
        assertThat(data().action()).isEqualTo(Action.DECLINED);
        assertThat(resolver.questions()).noneMatch(question -> question.contains("subject.test"));
        use(Map.of(option, true));
        resolver.withAddresses("subject.test.uri.example", "127.0.0.2");

        assertThat(data().reason()).contains("subject.test in uri.example");
    }

    @Test
    void domainsMayBeSpared() {
        transaction.connection().config().set("uribl_whitelist_domains", "spam.test");
        message("http://www.spam.test/");

        assertThat(data()).isEqualTo(HookResult.pass("no hosts"));
    }

    @Test
    void aListThatListsEverythingIsNotBelieved() {
        resolver.withAddresses("invalid.uri.example", "127.0.0.2")
                .withAddresses("spam.test.uri.example", "127.0.0.2");
        message("http://spam.test/");

        assertThat(data()).isEqualTo(HookResult.pass("not listed, without answer: 1"));
        assertThat(plugin.figures()).contains(Figure.gauge("uri_example_off", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.255.255.254", "192.0.2.1"})
    void aListThatRefusesToAnswerIsNotBelieved(String answer) {
        resolver.withAddresses("spam.test.uri.example", answer);
        message("http://spam.test/");

        assertThat(data()).isEqualTo(HookResult.pass("not listed, without answer: 1"));
    }

    @Test
    void aListWithoutTheEntryForAddressesIsNotAskedForThem() {
        resolver.withAddresses("2.0.0.127.uri.example", Status.NO_NAME)
                .withAddresses("4.3.2.1.uri.example", "127.0.0.2")
                .withAddresses("spam.test.uri.example", "127.0.0.2");

        assertThat(data().reason()).isEqualTo("fail, tolerated: spam.test in uri.example: listed");
        assertThat(transaction.headers().count(MATCH)).isEqualTo(1);
    }

    @Test
    void aListThatIsAwayLetsTheMessagePass() {
        resolver.withAddresses("spam.test.uri.example", Status.FAILED);
        message("http://spam.test/");

        assertThat(data()).isEqualTo(HookResult.pass("not listed, without answer: 1"));
    }

    @Test
    void whatIsKnownWhenTheTimeIsUpCounts() {
        plugin.close();
        plugin = plugin(Map.of("self_test", false), Duration.ofMillis(200));
        zones("uri.example", "slow.example");
        resolver.withAddresses("spam.test.uri.example", "127.0.0.2");
        HookResult pending;
        message("http://spam.test/");
        resolver.holding();
        pending = plugin.onDataPost(transaction);

        assertThat(end(pending)).isEqualTo(HookResult.pass("not listed, without answer: 2"));
    }

    @Test
    void theFirstRefusalEndsTheWait() {
        use(Map.of("self_test", false));
        zones("uri.example:text deny", "slow.example");
        resolver.withAddresses("spam.test.uri.example", "127.0.0.2").holding();
        message("http://spam.test/");
        HookResult pending = plugin.onDataPost(transaction);
        resolver.release();

        assertThat(end(pending).text()).isEqualTo("spam.test in uri.example: text");
    }

    @Test
    void hostsAndQuestionsAreLimited() {
        use(Map.of("self_test", false, "max_hosts", 2, "max_lookups", 3));
        zones("uri.example", "other.example");
        message("http://a.test/ http://b.test/ http://c.test/");

        assertThat(data()).isEqualTo(HookResult.pass("not listed, too many hosts: 1"));
        assertThat(resolver.questions())
                .containsExactly(
                        "A a.test.uri.example", "A a.test.other.example", "A b.test.uri.example");
    }

    @Test
    void aLargeMessageIsSearchedElsewhere(@TempDir Path spool) {
        resolver.withAddresses("spam.test.uri.example", "127.0.0.2");
        transaction.withSpoolDirectory(spool);
        message("x ".repeat(50_000) + " http://spam.test/");

        assertThat(data().reason()).contains("spam.test in uri.example");
    }

    @Test
    void leavesThoseAloneWhomFiltersLeaveAlone() {
        transaction.withNote(NoteKey.WHITELIST_SENDER, "yes");

        assertThat(data()).isEqualTo(HookResult.IMMUNE);
    }

    @Test
    void withoutZonesThereIsNothingToAsk() {
        zones();

        assertThat(data()).isEqualTo(HookResult.skip("no zones"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "uri.example 1,x",
                "uri.example deny 1,,2",
                "uri.example reject",
                "uri.example*2",
                "a&2 4",
                "uri.example 16777216",
                "-"
            })
    void refusesLinesThatItCannotRead(String line) {
        assertThatThrownBy(() -> plugin.checkLine("uribl_zones", line))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesOtherActionsAndDomains() {
        assertThatThrownBy(() -> plugin(Map.of("action", "bounce")))
                .hasMessageContaining("bounce")
                .hasMessageContaining("add_header");
        assertThatThrownBy(() -> plugin.checkLine("uribl_whitelist_domains", "a b"))
                .isInstanceOf(IllegalArgumentException.class);
        plugin.checkLine("uribl_whitelist_domains", "example.com");
        plugin.checkLine("uribl_zones", "multi.example.net 2,8 deny");
    }
}
