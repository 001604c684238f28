package org.qpsmtpd.plugin.dnswhitelistsoft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.answer.HookResult.Later;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class DnsWhitelistSoftPluginTest {
    private static final String NAME = "7.2.0.192.wl.example";

    private final FakeResolver resolver = new FakeResolver().withOthers(Status.NO_NAME);
    private final FakeConnection connection = FakeConnection.from("192.0.2.7");

    @BeforeEach
    void aList() {
        connection.config().set("whitelist_zones", "wl.example and what is ignored");
        resolver.withAddresses("2.0.0.127.wl.example", "127.0.10.0");
    }

    @Test
    void asksAtConnectAndNotesAtTheFirstRecipient() {
        resolver.withAddresses(NAME, "127.0.5.2");
        DnsWhitelistSoftPlugin plugin = plugin(Map.of());

        assertThat(plugin.onConnect(connection)).isEqualTo(HookResult.DECLINED);
        assertThat(resolver.questions()).contains("A " + NAME);
        assertThat(resolver.purposes()).containsOnly(DnsPurpose.LISTS);
        assertThat(connection.notes().has(NoteKey.WHITELIST_HOST)).isFalse();
        assertThat(rcpt(plugin).reason()).startsWith("pass: whitelisted by wl.example: ");
        assertThat(connection.isImmune()).isTrue();
        assertThat(rcpt(plugin)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void notesTheTextOfTheList() {
        connection.config().set("whitelist_zones", "wl.example");
        resolver.withAddresses(NAME, "127.0.5.2").withTexts(NAME, "a good\r\none");
        DnsWhitelistSoftPlugin plugin = plugin(Map.of());

        plugin.onConnect(connection);
        rcpt(plugin);
        assertThat(connection.notes().get(NoteKey.WHITELIST_HOST)).contains("a good one");
    }

    @Test
    void notesTheZoneWithoutText() {
        connection.config().set("whitelist_zones", "wl.example");
        resolver.withAddresses(NAME, "127.0.5.2");
        DnsWhitelistSoftPlugin plugin = plugin(Map.of());

        plugin.onConnect(connection);
        rcpt(plugin);
        assertThat(connection.notes().get(NoteKey.WHITELIST_HOST)).contains("listed by wl.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.255", "127.0.0.1", "127.255.255.255", "198.51.100.1"})
    void takesARefusalForNoFriend(String answer) {
        resolver.withAddresses(NAME, answer);
        DnsWhitelistSoftPlugin plugin = plugin(Map.of());

        plugin.onConnect(connection);
        assertThat(rcpt(plugin)).isEqualTo(HookResult.pass("not whitelisted"));
        assertThat(connection.notes().has(NoteKey.WHITELIST_HOST)).isFalse();
    }

    @Test
    void believesNoListThatListsAll() {
        resolver.withAddresses(NAME, "127.0.5.2")
                .withAddresses("1.0.0.127.wl.example", "127.0.5.2");
        DnsWhitelistSoftPlugin plugin = plugin(Map.of());

        plugin.onConnect(connection);
        assertThat(rcpt(plugin)).isEqualTo(HookResult.pass("not whitelisted"));
    }

    @Test
    void countsAListThatDoesNotAnswerAsNone() {
        resolver.with(DnsType.A, NAME, Status.FAILED);
        DnsWhitelistSoftPlugin plugin = plugin(Map.of());

        plugin.onConnect(connection);
        assertThat(rcpt(plugin)).isEqualTo(HookResult.pass("not whitelisted"));
        assertThat(plugin.figures()).contains(Figure.counter("wl_example_failed", 1));
    }

    @Test
    void waitsFourSecondsByDefault() {
        resolver.holding();
        DnsWhitelistSoftPlugin plugin = plugin(Map.of());

        plugin.onConnect(connection);
        Later later = onRcpt(plugin).pending().orElseThrow();
        assertThat(later.limit()).contains(Duration.ofSeconds(4));
        assertThat(later.otherwise()).isEqualTo(HookResult.pass("lists did not answer within 4 s"));
    }

    @Test
    void waitsAtConnectWhenTold() {
        resolver.withAddresses(NAME, "127.0.5.2");
        DnsWhitelistSoftPlugin plugin = plugin(Map.of("at", "Connect", "timeout", "9"));

        Later later = plugin.onConnect(connection).pending().orElseThrow();
        assertThat(later.limit()).contains(Duration.ofSeconds(9));
        later.answer().toCompletableFuture().join();
        assertThat(connection.isImmune()).isTrue();
        assertThat(rcpt(plugin)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void asksNobodyWithoutReason() {
        DnsWhitelistSoftPlugin plugin = plugin(Map.of());

        assertThat(plugin.onConnect(FakeConnection.create().relaying()))
                .isEqualTo(HookResult.skip("immune"));
        assertThat(plugin.onConnect(FakeConnection.create()))
                .isEqualTo(HookResult.skip("no zones"));
        assertThat(resolver.questions()).isEmpty();
    }

    @Test
    void refusesWhatIsWrong() {
        assertThatThrownBy(() -> plugin(Map.of("at", "data")))
                .hasMessage("at 'data' is not one of rcpt, connect");
        plugin(Map.of()).checkLine("whitelist_zones", "list.example anything");
        assertThatThrownBy(() -> plugin(Map.of()).checkLine("whitelist_zones", "-"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sparesAClientOfARealServer() throws Exception {
        resolver.withAddresses("1.0.0.127.own.example", "127.0.5.2");
        Mailbox mailbox = new Mailbox();
        try (TestServer server =
                        TestServer.builder()
                                .config("whitelist_zones", "own.example")
                                .plugin("dns_whitelist_soft", plugin(Map.of("self_test", "0")))
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            client.open("a@example.org", "user@example.com");
            server.awaitLog("whitelisted by own.example: listed by own.example");
        }
    }

    private HookResult onRcpt(DnsWhitelistSoftPlugin plugin) {
        return plugin.onRcpt(FakeTransaction.on(connection), FakeRecipient.of("a@example.com"));
    }

    private HookResult rcpt(DnsWhitelistSoftPlugin plugin) {
        HookResult result = onRcpt(plugin);
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    private DnsWhitelistSoftPlugin plugin(Map<String, ?> settings) {
        return new DnsWhitelistSoftPlugin(
                Configs.config(DnsWhitelistSoftConfig.class, settings), resolver);
    }
}
