package org.qpsmtpd.plugin.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class RelayPluginTest {
    private final FakeConfig files = new FakeConfig();

    @ParameterizedTest
    @CsvSource({
        "192.0.,                   192.0.1.1,            true",
        "192.0.,                   192.51.1.1,           false",
        "192.0.,                   203.0.113.0,          false",
        "192.,                     192.255.255.255,      true",
        "192.0.2.1,                192.0.2.1,            true",
        "192.0.2.1,                192.0.2.10,           false",
        "192.0.1.0/24,             192.0.1.1,            true",
        "192.0.0.0/24,             192.0.1.1,            false",
        "192.0.1.0/24,             192.0.1.0,            true",
        "192.0.1.0/24,             192.0.1.255,          true",
        "192.0.1.0/24,             192.0.2.0,            false",
        "192.0.1.1/32,             192.0.1.1,            true",
        "192.0.1.1/32,             192.0.1.2,            false",
        "192.0.1.7/30,             192.0.1.4,            true",
        "0.0.0.0/0,                203.0.113.9,          true",
        "0.0.0.0/0,                2001:db8::1,          false",
        "fdda:b13d:e431:ae06::/64, fdda:b13d:e431:ae06:00a1::, true",
        "fdda:b13d:e431:be17::,    fdda:b13d:e431:ae06:00a1::, false",
        "fdda:b13d:e431:ae06,      fdda:b13d:e431:ae06::1, true",
        "fdda:b13d:e431:ae06:,     fdda:b13d:e431:ae06::1, true",
        "FDDA:B13D:E431:AE06:,     fdda:b13d:e431:ae06::1, true",
        "fdda:b13d:e431:ae06,      fdda:b13d:e431:ae07::1, false",
        "2001:db8:,                2001:db8:1::1,        true",
        "2001:db8:,                2001:db80::1,         false",
        "2001:db8::1/128,          2001:db8::1,          true",
        "2001:DB8::1,              2001:db8::1,          true",
        "2001:db8:0:0:0:0:0:1,     2001:db8::1,          true",
        "::ffff:192.0.2.1,         192.0.2.1,            true",
        "192.0.2.1,                ::ffff:192.0.2.1,     true"
    })
    void relayClientsMayRelay(String line, String client, boolean mayRelay) {
        files.set("relayclients", line);

        FakeConnection connection = FakeConnection.from(client).withConfig(files);

        assertThat(connect(connection))
                .isEqualTo(
                        mayRelay
                                ? HookResult.pass("in relayclients")
                                : HookResult.skip("no match"));
        assertThat(connection.isRelayClient()).isEqualTo(mayRelay);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.99.5,   false",
        "192.0.99.6,   false",
        "192.0.98.1,   false",
        "192.0.98.255, false",
        "192.0.97.0,   false",
        "192.0.99.7,   true",
        "192.0.109.7,  true"
    })
    void noRelayClientsComeFirst(String client, boolean mayRelay) {
        files.set("relayclients", "192.0.0.0/16")
                .set("norelayclients", "192.0.99.5", "192.0.99.6", "192.0.98.", "192.0.97.0/24");
        FakeConnection connection = FakeConnection.from(client).withConfig(files);

        connect(connection);

        assertThat(connection.isRelayClient()).isEqualTo(mayRelay);
    }

    @Test
    void noRelayClientsForbidWhatWasAllowed() {
        files.set("norelayclients", "192.0.2.1", "::1").setMap("morerelayclients", "192.", "");
        FakeConnection connection = FakeConnection.from("192.0.2.1").withConfig(files).relaying();
        FakeConnection loopback = FakeConnection.from("::1").withConfig(files);
        RelayPlugin plugin = plugin(Map.of("RELAYCLIENT", ""));

        assertThat(plugin.onConnect(connection))
                .isEqualTo(HookResult.DECLINED.because("fail: disabled by norelayclients"));
        plugin.onConnect(loopback);

        assertThat(connection.isRelayClient()).isFalse();
        assertThat(loopback.isRelayClient()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "192.0.2.", "192.0.", "192."})
    void mapKeysAreOctets(String key) {
        files.setMap("morerelayclients", key, "");
        FakeConnection connection = FakeConnection.from("192.0.2.1").withConfig(files);

        assertThat(connect(connection)).isEqualTo(HookResult.pass("in morerelayclients"));
        assertThat(connection.isRelayClient()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"2001:0db8:0000:0000:0000:0000:0000:00a1", "2001:0db8:0000", "2001:0", "2"})
    void mapKeysAreNibbles(String key) {
        files.setMap("morerelayclients", key, "");
        FakeConnection connection = FakeConnection.from("2001:db8::a1").withConfig(files);

        connect(connection);

        assertThat(connection.isRelayClient()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "192", "192.0.2", "19", "192.0.2.10", "192.0.2.0/24", "2001:db8:"})
    void otherMapKeysAreNot(String key) {
        files.setMap("morerelayclients", key, "");
        FakeConnection ipv4 = FakeConnection.from("192.0.2.1").withConfig(files);
        FakeConnection ipv6 = FakeConnection.from("2001:db8::1").withConfig(files);

        assertThat(connect(ipv4)).isEqualTo(HookResult.skip("no match"));
        assertThat(connect(ipv6)).isEqualTo(HookResult.skip("no match"));
        assertThat(ipv4.isRelayClient() || ipv6.isRelayClient()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1"})
    void theEnvironmentAllowsEveryClient(String value) {
        FakeConnection connection = FakeConnection.create();

        HookResult result = plugin(Map.of("RELAYCLIENT", value)).onConnect(connection);

        assertThat(result).isEqualTo(HookResult.pass("enabled by environment"));
        assertThat(connection.isRelayClient()).isTrue();
    }

    @Test
    void ipv6LoopbackMayAlwaysRelay() {
        FakeConnection ipv6 = FakeConnection.from("::1");
        FakeConnection ipv4 = FakeConnection.from("127.0.0.1");

        connect(ipv6);
        connect(ipv4);

        assertThat(ipv6.isRelayClient()).isTrue();
        assertThat(ipv4.isRelayClient()).isFalse();
    }

    @Test
    void keepsWhatWasDecidedBefore() {
        FakeConnection connection = FakeConnection.create().relaying();

        assertThat(connect(connection)).isEqualTo(HookResult.skip("no match"));
        assertThat(connection.isRelayClient()).isTrue();
    }

    @Test
    void forgetsRemovedClients() {
        RelayPlugin plugin = plugin(Map.of());
        files.set("relayclients", "192.0.2.");
        plugin.onConnect(FakeConnection.from("192.0.2.1").withConfig(files));

        files.set("relayclients", "192.0.3.");
        FakeConnection later = FakeConnection.from("192.0.2.1").withConfig(files);
        plugin.onConnect(later);

        assertThat(later.isRelayClient()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2",
                "192",
                ".",
                "192.0.2.1.",
                "192.0.2.1./24",
                "192.0.2.256",
                "192.0.2.0/33",
                "192.0.2.0/",
                "2001:db8",
                "2001::db8:",
                ":",
                "::/129",
                "*",
                "host.example.org"
            })
    void linesThatAreNoNetworkListNobody(String line) {
        files.set("relayclients", line, "198.51.100.7");

        for (String client : new String[] {"192.0.2.1", "2001:db8::1"}) {
            FakeConnection connection = FakeConnection.from(client).withConfig(files);
            connect(connection);
            assertThat(connection.isRelayClient()).as(client).isFalse();
        }
        FakeConnection listed = FakeConnection.from("198.51.100.7").withConfig(files);
        connect(listed);
        assertThat(listed.isRelayClient()).isTrue();
    }

    @Test
    void onlyRefusesClientsThatMayNotRelay() {
        HookResult result = rcpt(only(), FakeConnection.create());

        assertThat(result).isEqualTo(HookResult.DENY.because("fail: no relay client"));
    }

    @Test
    void onlyAcceptsRelayClients() {
        HookResult result = rcpt(only(), FakeConnection.create().relaying());

        assertThat(result).isEqualTo(HookResult.OK.because("pass: relay client"));
    }

    @Test
    void onlyRefusesWhitelistedClients() {
        FakeConnection connection =
                FakeConnection.create().withNote(NoteKey.WHITELIST_HOST, "listed");

        assertThat(rcpt(only(), connection).action().refuses()).isTrue();
    }

    @Test
    void leavesRecipientsToOthersByDefault() {
        assertThat(rcpt(plugin(Map.of()), FakeConnection.create().relaying()))
                .isEqualTo(HookResult.DECLINED);
        assertThat(Configs.config(RelayConfig.class).only()).isFalse();
    }

    private static HookResult rcpt(RelayPlugin plugin, FakeConnection connection) {
        FakeTransaction transaction = FakeTransaction.on(connection).withSender("");
        return plugin.onRcpt(transaction, FakeRecipient.of("user@example.com"));
    }

    private static HookResult connect(FakeConnection connection) {
        return plugin(Map.of()).onConnect(connection);
    }

    private static RelayPlugin plugin(Map<String, String> environment) {
        return new RelayPlugin(Configs.config(RelayConfig.class), environment);
    }

    private static RelayPlugin only() {
        return new RelayPlugin(Configs.config(RelayConfig.class, Map.of("only", true)), Map.of());
    }
}
