package org.qpsmtpd.plugin.karma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeAdmission;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeStore;
import org.qpsmtpd.testkit.FakeStores;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class KarmaPluginTest {
    private static final String IP = "192.168.1.1";
    private static final String KEY = "3232235777";
    private static final long NOW = FakeClock.START.getEpochSecond();

    private final FakeClock clock = new FakeClock();
    private final FakeStores stores = new FakeStores(clock);
    private final FakeStore store = stores.open("karma");
    private final FakeConnection connection = FakeConnection.from(IP).withClock(clock);
    private final FakeTransaction transaction =
            FakeTransaction.on(connection).withSender("a@example.org");

    private KarmaPlugin plugin(Map<String, ?> options) {
        return new KarmaPlugin(
                Configs.config(KarmaConfig.class, options), stores, new FakeResolver());
    }

    private KarmaPlugin plugin() {
        return plugin(Map.of());
    }

    private void record(String value) {
        store.set(KEY, value, Duration.ofDays(30)).toCompletableFuture().join();
    }

    private String record() {
        return store.get(KEY).toCompletableFuture().join().orElse("none");
    }

    private HookResult connect(KarmaPlugin plugin) {
        HookResult admitted = settled(plugin.onPreConnection(admission()));
        assertThat(admitted).isEqualTo(HookResult.DECLINED);
        return connection.answered(plugin.onConnect(connection));
    }

    private FakeAdmission admission() {
        return new FakeAdmission(connection, 5, 1);
    }

    private static HookResult settled(HookResult result) {
        return result.pending().orElseThrow().answer().toCompletableFuture().join();
    }

    private int history() {
        return connection.notes().get(NoteKey.KARMA_HISTORY).orElse(-1000);
    }

    @Test
    void passesWithoutARecordAndKnowsNoHistory() {
        assertThat(connect(plugin())).isEqualTo(HookResult.pass("no record"));
        assertThat(connection.notes().has(NoteKey.KARMA_HISTORY)).isFalse();
    }

    @Test
    void knowsNoHistoryOfAClientThatWasNeverJudged() {
        record("0:0:0:9");

        assertThat(connect(plugin()).text()).isEmpty();
        assertThat(connection.notes().has(NoteKey.KARMA_HISTORY)).isFalse();
    }

    @Test
    void readsQpsmtpdsRecord() {
        record("0:1:3:4");

        HookResult result = connect(plugin());

        assertThat(result).isEqualTo(HookResult.pass("no penalty (1 naughty, 3 nice, 4 connects)"));
        assertThat(history()).isEqualTo(2);
        assertThat(connection.karma()).isZero();
    }

    @Test
    void rewardsAGoodHistory() {
        record("0:1:12:20");

        connect(plugin());

        assertThat(connection.karma()).isEqualTo(1);
    }

    @Test
    void keepsKarmaOfHooksThatRanBefore() {
        connection.adjustKarma(-1);
        record("0:1:3:4");

        connect(plugin());

        assertThat(connection.karma()).isEqualTo(-1);
    }

    @Test
    void refusesDuringAPenaltyAndCountsTheConnection() {
        record((NOW - 864) + ":1:0:4");

        HookResult result = connect(plugin(Map.of("reject", "1")));

        assertThat(result.action()).isEqualTo(Action.DENY_DISCONNECT);
        assertThat(result.text())
                .isEqualTo("You were naughty. You cannot connect for 0.99 more days.");
        assertThat(record()).isEqualTo((NOW - 864) + ":1:0:5:" + NOW);
    }

    @Test
    void leavesTheRefusalToNaughtyByDefault() {
        record(NOW + ":1:0:4");

        HookResult result = connect(plugin());

        assertThat(result.naughtyType()).contains(Action.DENY_DISCONNECT);
        assertThat(result.text())
                .isEqualTo("You were naughty. You cannot connect for 1.00 more days.");
    }

    @Test
    void aPenaltyIsOverAfterItsDays() {
        record((NOW - 86_400) + ":1:0:4");

        assertThat(connect(plugin(Map.of("reject", "1"))).reason())
                .isEqualTo("pass: penalty expired (1 naughty, 0 nice, 4 connects)");
    }

    @Test
    void daysMayBeAFraction() {
        record((NOW - 40_000) + ":1:0:4");
        Map<String, Object> half = Map.of("reject", "1", "penalty_days", 0.5);

        assertThat(connect(plugin(half)).text())
                .isEqualTo("You were naughty. You cannot connect for 0.04 more days.");
    }

    @Test
    void leavesImmuneClientsAlone() {
        record(NOW + ":1:0:4");
        connection.setRelayClient(true);

        assertThat(connect(plugin(Map.of("reject", "1")))).isEqualTo(HookResult.skip("immune"));
    }

    @ParameterizedTest
    @CsvSource({
        "FROM:<a@example.org>, 0",
        "from:<a@example.org>, 0",
        "FROM: <a@example.org>, -2",
        "FROM:a@example.org, -2"
    })
    void takesKarmaForSloppyMail(String argument, int karma) {
        connection.notes().put(NoteKey.ENVELOPE_FROM, argument);

        connection.answered(mail(plugin()));

        assertThat(connection.karma()).isEqualTo(karma);
    }

    private HookResult mail(KarmaPlugin plugin) {
        return plugin.onMail(transaction, transaction.sender(), Parameters.NONE);
    }

    @ParameterizedTest
    @CsvSource({"a@x.link, -3", "a@X.LINK, -3", "a@link, 0", "a@x.org, 0", "a@y.co.uk, 1"})
    void takesKarmaForTopLevelDomains(String sender, int karma) {
        connection.config().set("karma_tlds", "link:-3", "uk:-9", ".co.uk: +1", "broken");
        transaction.withSender(sender);

        connection.answered(mail(plugin()));

        assertThat(connection.karma()).isEqualTo(karma);
    }

    private HookResult rcpt(KarmaPlugin plugin) {
        return plugin.onRcpt(transaction, FakeRecipient.of("b@example.com"));
    }

    @Test
    void theFirstRecipientPasses() {
        assertThat(rcpt(plugin())).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void refusesMoreRecipientsWithoutGoodKarma() {
        transaction.withRecipient("a@example.com");
        String fault = "too many recipients for karma 0 (h: 0)";

        assertThat(rcpt(plugin())).isEqualTo(HookResult.deny(fault, fault));
        assertThat(rcpt(plugin(Map.of("reject", "0"))))
                .isEqualTo(HookResult.DECLINED.because("fail, tolerated: " + fault));
    }

    @Test
    void takesMoreRecipientsWithKarmaHistoryOrImmunity() {
        transaction.withRecipient("a@example.com");
        connection.adjustKarma(1);
        assertThat(rcpt(plugin()).action()).isEqualTo(Action.DECLINED);

        connection.adjustKarma(-1);
        connection.notes().put(NoteKey.KARMA_HISTORY, 1);
        assertThat(rcpt(plugin()).action()).isEqualTo(Action.DECLINED);

        connection.notes().remove(NoteKey.KARMA_HISTORY);
        transaction.notes().put(NoteKey.WHITELIST_SENDER, "listed");
        assertThat(rcpt(plugin())).isEqualTo(HookResult.skip("immune").withKarma(0));
    }

    @Test
    void takesKarmaForSloppyRcpt() {
        connection.notes().put(NoteKey.ENVELOPE_RCPT, "TO: <b@example.com>");

        assertThat(rcpt(plugin()).karma()).isEqualTo(-2);
    }

    @Test
    void refusesVeryBadKarmaAtDataAndAfter() {
        KarmaPlugin plugin = plugin(Map.of("reject", "1", "reject_type", "perm"));
        connection.adjustKarma(-4);
        assertThat(plugin.onData(transaction)).isEqualTo(HookResult.DECLINED);

        connection.adjustKarma(-1);

        HookResult refusal =
                HookResult.deny("very bad karma: -5").because("fail: very bad karma: -5");
        assertThat(plugin.onData(transaction)).isEqualTo(refusal);
        assertThat(plugin.onDataPost(transaction)).isEqualTo(refusal);
    }

    @Test
    void leavesNaughtyAndImmuneOnesAtData() {
        KarmaPlugin plugin = plugin(Map.of("reject", "1"));
        connection.adjustKarma(-5);
        connection.withNaughty(Action.DENY, "bad");
        assertThat(plugin.onData(transaction)).isEqualTo(HookResult.DECLINED);

        connection.clearNaughty();
        connection.setRelayClient(true);
        assertThat(plugin.onData(transaction)).isEqualTo(HookResult.DECLINED);
    }

    @ParameterizedTest
    @CsvSource({
        "3,  0:0:0:0, '0:0:1:1:NOW'",
        "2,  0:1:1:5, '0:1:1:6:NOW'",
        "-2, 0:1:1:5, '0:1:1:6:NOW'",
        "-3, 0:0:0:0, 'NOW:1:0:1:NOW'",
        "-3, 0:0:1:1, '0:1:1:2:NOW'",
        "0,  0:0:1:1, '0:0:1:1'"
    })
    void countsTheConnectionWhenItEnds(int karma, String before, String after) {
        record(before);
        connection.adjustKarma(karma);

        plugin().onDisconnect(connection);

        assertThat(record()).isEqualTo(after.replace("NOW", String.valueOf(NOW)));
    }

    @Test
    void naughtyConnectionsWithoutANiceOneLengthenThePenalty() {
        record("0:5:0:5");
        connection.adjustKarma(-3);

        plugin().onDisconnect(connection);

        long start = NOW + 6 * 86_400;
        assertThat(record()).isEqualTo(start + ":6:0:6:" + NOW);
        assertThat(store.life(KEY)).isEqualTo(Duration.ofDays(371));
        assertThat(connect(plugin()).text()).contains("for 7.00 more days");
    }

    @Test
    void firstConnectionOfAnAddressMakesARecord() {
        connection.adjustKarma(4);

        plugin().onDisconnect(connection);

        assertThat(record()).isEqualTo("0:0:1:1:" + NOW);
        assertThat(store.life(KEY)).isEqualTo(Duration.ofDays(365));
    }

    @Test
    void anIpv6ClientIsItsNetwork() {
        FakeConnection one = FakeConnection.from("2001:db8::1").withClock(clock);
        one.adjustKarma(3);
        plugin().onDisconnect(one);

        FakeConnection other = FakeConnection.from("2001:db8::2:3").withClock(clock);
        settled(plugin().onPreConnection(new FakeAdmission(other, 5, 1)));

        assertThat(other.notes().get(NoteKey.KARMA_HISTORY)).contains(1);
    }

    @Test
    void goesOnWhenTheStoreIsDown() {
        store.fail("no store");

        assertThat(settled(plugin().onPreConnection(admission())))
                .isEqualTo(HookResult.DECLINED.because("error: no store"));
        assertThat(plugin().onConnect(connection).action()).isEqualTo(Action.DECLINED);
        connection.adjustKarma(3);
        plugin().onDisconnect(connection);

        store.recover();
        assertThat(record()).isEqualTo("none");
    }

    @Test
    void defersWhenTheStoreIsDownIfAsked() {
        store.fail("no store");

        assertThat(settled(plugin(Map.of("on_error", "defer")).onPreConnection(admission())))
                .isEqualTo(
                        HookResult.denySoft(
                                        "Your reputation cannot be looked up now, try again later")
                                .because("error: no store"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", ":::", "1:2", "-5:x:y:z", "9999999999999999999999:1:1:1"})
    void readsDamagedRecordsWithoutHarm(String value) {
        record(value);

        assertThat(connect(plugin()).action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void checksItsFile() {
        KarmaPlugin plugin = plugin();

        plugin.checkLine("karma_tlds", "link:-3");
        assertThatThrownBy(() -> plugin.checkLine("karma_tlds", "link -3"))
                .hasMessage("'link -3' is not TLD:NUMBER such as link:-3 or co.uk:1");
        assertThatThrownBy(() -> plugin(Map.of("on_error", "x")))
                .hasMessage("on_error 'x' is not one of skip, defer");
    }

    @Test
    void seesArgumentsAsTheClientWroteThem() throws Exception {
        KarmaPlugin plugin = plugin();
        try (TestServer server =
                        TestServer.builder()
                                .plugin("karma", plugin)
                                .plugin("mailbox", new Mailbox())
                                .start();
                SmtpClient client = server.connect()) {
            client.read();
            client.send("HELO there");
            client.send("MAIL FROM: <a@example.org>");
            client.send("RCPT TO:<b@example.com>");
            assertThat(client.send("RCPT TO: <c@example.com>").text())
                    .contains("too many recipients for karma -4 (h: 0)");
            client.send("QUIT");
        }
    }
}
