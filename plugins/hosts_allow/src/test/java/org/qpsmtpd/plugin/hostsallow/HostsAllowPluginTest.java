package org.qpsmtpd.plugin.hostsallow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.FakeAdmission;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;

class HostsAllowPluginTest {
    private final HostsAllowPlugin plugin = new HostsAllowPlugin();
    private final FakeConfig config = new FakeConfig();

    @Test
    void passesConnectionsUpToTheLimit() {
        assertThat(answer(from("192.0.2.1"), 2, 2)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void defersConnectionsAboveTheLimit() {
        assertThat(answer(from("192.0.2.1"), 2, 3))
                .isEqualTo(
                        HookResult.denySoft("too many connections from 192.0.2.1, try again later")
                                .because("fail: too many connections from 192.0.2.1 (3 > 2)"));
    }

    @Test
    void namesIpv6Addresses() {
        assertThat(answer(from("2001:db8::1"), 1, 2).text())
                .isEqualTo("too many connections from 2001:db8::1, try again later");
    }

    @Test
    void hasNoLimitWhenTheServerHasNone() {
        FakeConnection naughty = from("192.0.2.1").withNote(NoteKey.KARMA_HISTORY, -7);

        assertThat(answer(naughty, 0, 1000)).isEqualTo(HookResult.DECLINED);
    }

    @ParameterizedTest
    @CsvSource({"6, 7", "5, 4", "1, 4", "0, 1", "-3, 1"})
    void adjustsTheLimitToTheHistory(int history, int limit) {
        FakeConnection known = from("192.0.2.1").withNote(NoteKey.KARMA_HISTORY, history);

        assertThat(answer(known, 4, limit)).isEqualTo(HookResult.DECLINED);
        assertThat(answer(known, 4, limit + 1).action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void doesNotAskTheFileAboveTheLimit() {
        config.set("hosts_allow", "192.0.2.1 OK");

        assertThat(answer(from("192.0.2.1"), 1, 2).action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void refusesANetworkWithItsText() {
        config.set("hosts_allow", "192.168.3.0/24 DENY Sorry,  known spam only source");

        assertThat(answer("192.168.3.200"))
                .isEqualTo(
                        HookResult.deny("Sorry,  known spam only source")
                                .because("fail: 192.168.3.0/24 DENY"));
        assertThat(answer("192.168.4.1")).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void takesTheFirstLineThatMatches() {
        config.set("hosts_allow", "192.168.3.4 DECLINED", "192.168.3.0/24 DENY");

        assertThat(answer("192.168.3.4"))
                .isEqualTo(HookResult.DECLINED.because("pass: 192.168.3.4 DECLINED"));
        assertThat(answer("192.168.3.5").action()).isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @CsvSource({
        "OK, OK",
        "DENY, DENY",
        "DENYSOFT, DENYSOFT",
        "DENY_DISCONNECT, DENY_DISCONNECT",
        "DENYHARD, DENY_DISCONNECT",
        "DENYSOFT_DISCONNECT, DENYSOFT_DISCONNECT",
        "DECLINED, DECLINED",
        "DONE, OK",
        "deny, DENY"
    })
    void knowsAllReturnCodes(String code, Action action) {
        config.set("hosts_allow", "192.0.2.1\t" + code + "\t the text");

        assertThat(answer("192.0.2.1").action()).isEqualTo(action);
        assertThat(answer("192.0.2.1").text()).isEqualTo("the text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2001:db8::/32", "2001:db8:0:1::/64", "[2001:db8:0:1::]/64", "::/0"})
    void matchesIpv6Networks(String network) {
        config.set("hosts_allow", "0.0.0.0/0 OK", network + " DENY");

        assertThat(answer("2001:db8:0:1::25").action()).isEqualTo(Action.DENY);
        assertThat(answer("192.0.2.1").action()).isEqualTo(Action.OK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"192.0.2.77/24", "192.0.2.1", "192.0.2.1/32", "192.0.2.0/31", "0.0.0.0/0"})
    void matchesIpv4Networks(String network) {
        config.set("hosts_allow", network + " DENY");

        assertThat(answer("192.0.2.1").action()).isEqualTo(Action.DENY);
        assertThat(answer("2001:db8::1")).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void readsAnUnknownCodeAsDeclined() {
        config.set("hosts_allow", "192.0.2.1 ALLOW", "192.0.2.0/24 DENY");

        assertThat(answer("192.0.2.1").action()).isEqualTo(Action.DECLINED);
        assertThat(answer("192.0.2.2").action()).isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2.1",
                "192.0.2 DENY",
                "192.0.2.0/33 DENY",
                "192.0.2.0/ DENY",
                "192.0.2.0/255.255.255.0 DENY",
                "host.example.org DENY",
                "2001:db8::/129 DENY"
            })
    void leavesOutLinesThatCannotBeRead(String line) {
        config.set("hosts_allow", line, "0.0.0.0/0 DENYSOFT");

        assertThat(answer("192.0.2.1").action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void seesChangesOfTheFile() {
        assertThat(answer("192.0.2.1")).isEqualTo(HookResult.DECLINED);

        config.set("hosts_allow", "192.0.2.1 DENY");

        assertThat(answer("192.0.2.1").action()).isEqualTo(Action.DENY);
    }

    private HookResult answer(String ip) {
        return answer(from(ip), 0, 1);
    }

    private HookResult answer(FakeConnection connection, int maxFromIp, int connections) {
        return plugin.onPreConnection(new FakeAdmission(connection, maxFromIp, connections));
    }

    private FakeConnection from(String ip) {
        return FakeConnection.from(ip).withConfig(config);
    }
}
