package org.qpsmtpd.plugin.dnsbl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.answer.HookResult.Later;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class DnsblPluginTest extends DnsblFixture {
    @Test
    void refusesWithTheTextOfTheList() {
        lists("7.2.0.192." + ZONE, "127.0.0.4").withTexts("7.2.0.192." + ZONE, "see http://x/7");

        assertThat(connect())
                .isEqualTo(
                        HookResult.deny("see http://x/7")
                                .because("fail: bl.example")
                                .withKarma(-1));
        assertThat(resolver.purposes()).containsOnly(DnsPurpose.LISTS);
    }

    @Test
    void refusesWithTheTextOfTheLine() {
        zones("bl.example:%IP% is bad, see http://x:80/?%IP%");
        lists("7.2.0.192." + ZONE, "127.0.0.2");

        assertThat(connect().text()).isEqualTo("192.0.2.7 is bad, see http://x:80/?192.0.2.7");
        assertThat(resolver.questions()).noneMatch(question -> question.startsWith("TXT"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NO_DATA", "FAILED"})
    void refusesWithoutAnyText(Status texts) {
        lists("7.2.0.192." + ZONE, "127.0.0.2").withTexts("7.2.0.192." + ZONE, texts);

        assertThat(connect().text()).isEqualTo("192.0.2.7 is listed by bl.example");
    }

    @Test
    void makesOneShortLineOfAText() {
        String hostile = "\r\n250 ok\u001b[2J\u0000\t\u00e4 " + "long ".repeat(60_000);
        lists("7.2.0.192." + ZONE, "127.0.0.2").withTexts("7.2.0.192." + ZONE, "", hostile);

        assertThat(connect().text())
                .startsWith("250 ok [2J long long")
                .hasSizeLessThanOrEqualTo(240)
                .matches("[ -~]*");
    }

    @Test
    void putsTheMessageOfTheSiteBeforeTheText() {
        connection.config().set("dnsbl_rejectmsg", "Ask your provider", "for help.");
        lists("7.2.0.192." + ZONE, "127.0.0.2").withTexts("7.2.0.192." + ZONE, "listed");

        assertThat(connect().text()).isEqualTo("Ask your provider\nfor help.\nlisted");
    }

    @Test
    void asksForTheHalfOctetsOfIpv6() {
        FakeConnection client = FakeConnection.from("2001:db8::7");
        client.config().set("dnsbl_zones", ZONE);
        works6(ZONE);
        lists(
                "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2." + ZONE,
                "127.0.0.2");

        assertThat(connect(plugin(), client).action()).isEqualTo(Action.DENY);
    }

    @Test
    void passesWhoIsNotListed() {
        assertThat(connect()).isEqualTo(HookResult.pass("not listed"));
    }

    @Test
    void passesWhenAListDoesNotAnswer() {
        resolver.with(DnsType.A, "7.2.0.192." + ZONE, Status.FAILED);

        assertThat(connect()).isEqualTo(HookResult.pass("not listed, without answer: 1"));
    }

    @ParameterizedTest
    @CsvSource({
        "bl.example, 127.0.0.1, false",
        "bl.example, 127.0.0.255, false",
        "bl.example, 127.1.2.3, true",
        "bl.example=127.0.0.1, 127.0.0.1, true",
        "bl.example=127.0.0.2;127.0.0.10-11, 127.0.0.4, false",
        "bl.example=127.0.0.2;127.0.0.10-11, 127.0.0.11, true",
        "bl.example=127.0.0.2;127.0.0.10-11, 127.0.0.12, false",
        "bl.example=127.0.1.0/24, 127.0.1.77, true",
        "bl.example&6, 127.0.0.9, false",
        "bl.example&6, 127.0.0.12, true",
        "bl.example&0.0.4.0, 127.0.4.1, true",
        "bl.example&0.0.4.0, 127.0.3.1, false"
    })
    void countsOnlyTheCodesOfTheLine(String line, String answer, boolean isHit) {
        zones(line.replace(';', ',') + ":text");
        lists("7.2.0.192." + ZONE, answer);

        assertThat(connect().action()).isEqualTo(isHit ? Action.DENY : Action.DECLINED);
    }

    @Test
    void asksAllListsAtOnceAndEndsWithTheFirstHit() {
        zones(ZONE, "slow.example", "third.example");
        works("slow.example");
        works("third.example");
        lists("7.2.0.192.third.example", "127.0.0.2");
        DnsblPlugin plugin = plugin(Map.of(), Map.of("self_test", "no"));
        resolver.holding();

        Later later = plugin.onConnect(connection).pending().orElseThrow();
        assertThat(resolver.questions())
                .containsExactly(
                        "A 7.2.0.192.bl.example",
                        "A 7.2.0.192.slow.example",
                        "A 7.2.0.192.third.example");
        assertThat(later.limit()).contains(Duration.ofSeconds(30));
        assertThat(later.otherwise())
                .isEqualTo(HookResult.pass("lists did not answer within 30 s"));
        resolver.release();
        resolver.release();
        assertThat(later.answer().toCompletableFuture().join().reason())
                .isEqualTo("fail: third.example");
    }

    @Test
    void addsTheWeightsOfLists() {
        zones(ZONE + "*2:a", "b.example*3:b", "c.example:c");
        works("b.example");
        works("c.example");
        lists("7.2.0.192." + ZONE, "127.0.0.2");
        lists("7.2.0.192.c.example", "127.0.0.2");
        DnsblPlugin plugin = plugin(Map.of(), Map.of("threshold", "4"));

        assertThat(connect(plugin, connection)).isEqualTo(HookResult.pass("bl.example, score 2"));
        lists("7.2.0.192.b.example", "127.0.0.2");
        assertThat(connect(plugin, connection))
                .isEqualTo(HookResult.deny("a", "bl.example, b.example, score 5").withKarma(-1));
    }

    @Test
    void waitsForListsOfFriends() {
        zones(ZONE + ":bad", "friends.example=127.0.0.0/16*-1");
        works("friends.example");
        lists("7.2.0.192." + ZONE, "127.0.0.2");
        lists("7.2.0.192.friends.example", "127.0.5.2");

        assertThat(connect()).isEqualTo(HookResult.pass("bl.example, friends.example, score 0"));
        assertThat(resolver.questions()).noneMatch(question -> question.startsWith("TXT"));
    }

    @ParameterizedTest
    @CsvSource({
        "'', DENY",
        "perm, DENY",
        "temp, DENYSOFT",
        "disconnect, DENY_DISCONNECT",
        "temp_disconnect, DENYSOFT_DISCONNECT"
    })
    void refusesByType(String type, Action action) {
        lists("7.2.0.192." + ZONE, "127.0.0.2");

        assertThat(connect(plugin(Map.of("reject_type", type), Map.of()), connection).action())
                .isEqualTo(action);
    }

    @Test
    void toleratesOrLeavesToNaughty() {
        lists("7.2.0.192." + ZONE, "127.0.0.2").withTexts("7.2.0.192." + ZONE, "listed");

        assertThat(connect(plugin(Map.of("reject", "0"), Map.of()), connection))
                .isEqualTo(
                        HookResult.DECLINED.because("fail, tolerated: bl.example").withKarma(-1));
        assertThat(connect(plugin(Map.of("reject", "naughty"), Map.of()), connection))
                .isEqualTo(
                        HookResult.naughty(Action.DECLINED, "listed")
                                .because("fail, NAUGHTY: bl.example")
                                .withKarma(-1));
    }

    @Test
    void allowsWhoIsInTheFile() {
        lists("7.2.0.192." + ZONE, "127.0.0.2");
        connection.config().set("dnsbl_allow", "192.168.99.5", "192.0.2.", "2001:db8::/32");

        assertThat(connect()).isEqualTo(HookResult.skip("in dnsbl_allow"));
        FakeConnection five = FakeConnection.from("192.168.99.5").withConfig(connection.config());
        assertThat(connect(plugin(), five)).isEqualTo(HookResult.skip("in dnsbl_allow"));
        FakeConnection six = FakeConnection.from("192.168.99.6").withConfig(connection.config());
        assertThat(connect(plugin(), six)).isEqualTo(HookResult.pass("not listed"));
        FakeConnection v6 = FakeConnection.from("2001:db8::9").withConfig(connection.config());
        assertThat(connect(plugin(), v6)).isEqualTo(HookResult.skip("in dnsbl_allow"));
    }

    @Test
    void asksNobodyAboutImmuneClientsOrWithoutZones() {
        assertThat(connect(plugin(), FakeConnection.create()))
                .isEqualTo(HookResult.skip("no zones"));
        connection.withNote(NoteKey.WHITELIST_HOST, "friend");
        assertThat(connect()).isEqualTo(HookResult.skip("immune"));
        assertThat(connect(plugin(), FakeConnection.create().relaying()))
                .isEqualTo(HookResult.skip("immune"));
        assertThat(resolver.questions()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Yes we can!, connect, '', DENY, Yes we can!",
        "Oh yeah? %IP%, connect, temp, DENYSOFT, Oh yeah? 192.0.2.7",
        "Yes we can!, 1, '', DECLINED, ''",
        "'', connect, '', DECLINED, ''"
    })
    void doesWhatRblsmtpdSays(
            String value, String reject, String type, Action action, String text) {
        lists("7.2.0.192." + ZONE, "127.0.0.2");
        Map<String, String> settings = Map.of("reject", reject, "reject_type", type);

        HookResult byEnvironment =
                new DnsblPlugin(
                                Configs.config(RejectSettings.class, settings),
                                Configs.config(DnsblConfig.class, Map.of()),
                                resolver,
                                Optional.of(value))
                        .onConnect(connection);
        assertThat(byEnvironment.action()).isEqualTo(action);
        assertThat(byEnvironment.text()).isEqualTo(text);

        connection.withNote(NoteKey.RBLSMTPD, value);
        assertThat(plugin(settings, Map.of()).onConnect(connection)).isEqualTo(byEnvironment);
        assertThat(resolver.questions()).isEmpty();
    }

    @Test
    void putsTheMessageOfTheSiteBeforeRblsmtpd() {
        connection.config().set("dnsbl_rejectmsg", "Sorry:");
        connection.withNote(NoteKey.RBLSMTPD, "go\naway");

        assertThat(connect(plugin(Map.of("reject", "connect"), Map.of()), connection).text())
                .isEqualTo("Sorry: go away");
    }

    @ParameterizedTest
    @ValueSource(strings = {"postmaster", "Abuse", "MAILER-DAEMON", "root"})
    void sparesSpecialRecipientsOnly(String user) {
        FakeTransaction transaction =
                FakeTransaction.on(connection.withNaughty(Action.DENY, "(dnsbl) listed"));
        FakeRecipient special = FakeRecipient.of(user + "@example.com");
        FakeRecipient other = FakeRecipient.of("matt@example.com");

        assertThat(plugin().onRcpt(transaction, special).action()).isEqualTo(Action.DECLINED);
        assertThat(plugin().onRcpt(transaction, other)).isEqualTo(HookResult.DECLINED);
        assertThat(special.notes().get(NoteKey.NAUGHTY_SPARED)).contains("(dnsbl) listed");
        assertThat(other.notes().has(NoteKey.NAUGHTY_SPARED)).isFalse();
        assertThat(connection.naughty()).isPresent();
    }

    @Test
    void checksItsFiles() {
        DnsblPlugin plugin = plugin();
        plugin.checkLine("dnsbl_zones", "zen.example=127.0.0.2&6*3:text");
        plugin.checkLine("dnsbl_allow", "192.168.1.");
        plugin.checkLine("dnsbl_rejectmsg", "any text");

        assertThatThrownBy(() -> plugin.checkLine("dnsbl_zones", "bad_zone"))
                .hasMessage("'bad_zone' is not a domain; write ZONE, or ZONE:TEXT");
        assertThatThrownBy(() -> plugin.checkLine("dnsbl_allow", "somebody"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAClientOfARealServer() throws Exception {
        works(ZONE);
        lists("1.0.0.127." + "own.example", "127.0.0.9")
                .withTexts("1.0.0.127.own.example", "a\r\nb");
        try (TestServer server =
                        TestServer.builder()
                                .config("dnsbl_zones", "own.example")
                                .plugin("dnsbl", plugin(Map.of(), Map.of("self_test", "no")))
                                .start();
                SmtpClient client = server.connect()) {
            assertThat(client.read().toString()).contains("550", "a b");
            assertThat(client.readToEnd()).isEmpty();
        }
    }
}
