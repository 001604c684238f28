package org.qpsmtpd.plugin.limit;

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
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeStore;
import org.qpsmtpd.testkit.FakeStores;
import org.qpsmtpd.testkit.FakeTransaction;

class LimitPluginTest {
    private final FakeClock clock = new FakeClock();
    private final FakeStores stores = new FakeStores(clock);
    private final FakeStore store = stores.open("limit");
    private final LimitPlugin plugin = plugin(Map.of());
    private final FakeConnection connection = FakeConnection.from("192.0.2.1").withClock(clock);
    private final FakeTransaction transaction =
            FakeTransaction.on(connection).withSender("a@example.org");

    private LimitPlugin plugin(Map<String, ?> options) {
        return new LimitPlugin(Configs.config(LimitConfig.class, options), stores);
    }

    private void limits(String... lines) {
        connection.config().set("limits", lines);
    }

    private static HookResult settled(HookResult result) {
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    private Action connect(String ip) {
        FakeConnection other = FakeConnection.from(ip).withConfig(connection.config());
        return settled(plugin.onConnect(other)).action();
    }

    private HookResult mail() {
        return settled(plugin.onMail(transaction, transaction.sender(), Parameters.NONE));
    }

    private HookResult rcpt() {
        return settled(plugin.onRcpt(transaction, FakeRecipient.of("b@example.com")));
    }

    private HookResult data(String message) {
        return settled(plugin.onDataPost(transaction.withMessage(message)));
    }

    @Test
    void declinesWithoutAFile() {
        assertThat(connect("192.0.2.1")).isEqualTo(Action.DECLINED);
        assertThat(mail()).isEqualTo(HookResult.DECLINED);
        assertThat(rcpt()).isEqualTo(HookResult.DECLINED);
        assertThat(data("Subject: x\n\nx\n")).isEqualTo(HookResult.DECLINED);
        assertThat(store.size().toCompletableFuture().join()).isZero();
    }

    @Test
    void limitsConnectionsOfANetworkWithinAPeriod() {
        limits("connections per network 2 1m");
        assertThat(connect("192.0.2.1")).isEqualTo(Action.DECLINED);
        clock.advance(Duration.ofSeconds(40));
        assertThat(connect("192.0.2.2")).isEqualTo(Action.DECLINED);
        assertThat(connect("192.0.2.3")).isEqualTo(Action.DENYSOFT);
        assertThat(connect("192.0.3.1")).isEqualTo(Action.DECLINED);

        clock.advance(Duration.ofSeconds(20));

        assertThat(connect("192.0.2.3")).isEqualTo(Action.DECLINED);
    }

    @Test
    void anIpv6NetworkHas64Bits() {
        limits("connections per network 1 1m");
        connect("2001:db8::1");

        assertThat(connect("2001:db8::ffff:1")).isEqualTo(Action.DENYSOFT);
        assertThat(connect("2001:db8:0:1::1")).isEqualTo(Action.DECLINED);
    }

    @Test
    void saysWhatIsTooMuch() {
        limits("messages per address 0 1h");

        assertThat(mail())
                .isEqualTo(
                        HookResult.denySoft(
                                "too many messages per address (0 in 1h), try again later"
                                        + " (#4.7.1)",
                                "messages per address 0 in 1h"));
    }

    @Test
    void aLineMayHaveATextOfItsOwn() {
        limits("recipients per sender 1 1h  Slow down, please");
        rcpt();

        assertThat(rcpt().text()).isEqualTo("Slow down, please (#4.7.1)");
    }

    @ParameterizedTest
    @CsvSource({"sender, true", "helo, true", "user, true", "address, false"})
    void countsForEachApart(String whose, boolean apart) {
        limits("messages per " + whose + " 1 1h");
        connection.withEhlo("one.example.org").withAuth("anna", "PLAIN");
        assertThat(mail().action()).isEqualTo(Action.DECLINED);
        assertThat(mail().action()).isEqualTo(Action.DENYSOFT);

        connection.withEhlo("two.example.org").withAuth("bert", "PLAIN");
        transaction.withSender("other@example.org");

        assertThat(mail().action()).isEqualTo(apart ? Action.DECLINED : Action.DENYSOFT);
    }

    @Test
    void nobodyIsCountedWhoIsNotKnown() {
        limits("messages per user 0 1h", "messages per sender 0 1h");
        transaction.withSender("");

        assertThat(mail()).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void aLongSenderIsCountedToo() {
        limits("messages per sender 1 1h");
        transaction.withSender("ü".repeat(300) + "@example.org");
        mail();

        assertThat(mail().action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void linesOfOneKindWithOtherPeriodsCountApart() {
        limits("messages per address 1 1m", "messages per address 2 1h");
        mail();
        assertThat(mail().text()).contains("(1 in 1m)");
        clock.advance(Duration.ofMinutes(1));

        assertThat(mail().text()).contains("(2 in 1h)");
    }

    @Test
    void errorsRefuseWhatFollows() {
        limits("errors per address 1 1h");
        plugin.onDeny(connection, Optional.of(transaction), "rcpt_ok", "rcpt", HookResult.DENY);
        assertThat(rcpt()).isEqualTo(HookResult.DECLINED);

        var unused = plugin.onUnrecognizedCommand(connection, "xyz", "");

        assertThat(rcpt().text())
                .isEqualTo("too many errors per address (1 in 1h), try again later (#4.7.1)");
        assertThat(mail().action()).isEqualTo(Action.DENYSOFT);
        assertThat(connect("192.0.2.1")).isEqualTo(Action.DENYSOFT);
        assertThat(connect("192.0.2.2")).isEqualTo(Action.DECLINED);
    }

    @Test
    void refusalsForNowAreNoErrors() {
        limits("errors per address 0 1h");

        plugin.onDeny(connection, Optional.empty(), "greylisting", "mail", HookResult.DENYSOFT);

        assertThat(mail()).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void limitsOctetsAndTakesOffWhatWasRefused() {
        limits("octets per sender 100 1d");
        String message = "Subject: x\n\n" + "x".repeat(40) + "\n";
        assertThat(data(message).action()).isEqualTo(Action.DECLINED);

        HookResult refusal = data(message);

        assertThat(refusal.text())
                .isEqualTo("too many octets per sender (100 in 1d), try again later (#4.7.1)");
        assertThat(refusal.code()).isEqualTo(451);
        assertThat(data("Subject: x\n\nx\n").action()).isEqualTo(Action.DECLINED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "except 192.0.2.0/24",
                "except 192.0.2.",
                "except relay",
                "except users",
                "except user anna",
                "except whitelisted"
            })
    void someAreExempt(String line) {
        limits("messages per address 0 1h", "octets per address 0 1h", line);
        connection.withAuth("anna", "PLAIN");
        if (line.endsWith("relay")) {
            connection.setRelayClient(true);
        }
        if (line.endsWith("whitelisted")) {
            connection.notes().put(NoteKey.WHITELIST_HOST, "listed");
        }

        assertThat(mail()).isEqualTo(HookResult.skip("exempt"));
        assertThat(data("Subject: x\n\nx\n")).isEqualTo(HookResult.skip("exempt"));
    }

    @Test
    void othersAreNotExempt() {
        limits("messages per address 0 1h", "except 198.51.100.0/24", "except user bert");
        connection.withAuth("anna", "PLAIN");

        assertThat(mail().action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void passesOrDefersWhenTheStoreIsDown() {
        limits("messages per address 5 1h", "errors per address 5 1h");
        store.fail("no store");

        assertThat(mail()).isEqualTo(HookResult.DECLINED.because("error: no store"));
        HookResult deferred =
                settled(
                        plugin(Map.of("on_error", "defer"))
                                .onMail(transaction, transaction.sender(), Parameters.NONE));
        assertThat(deferred)
                .isEqualTo(
                        HookResult.denySoft(
                                        "limits cannot be checked now, try again later (#4.3.0)")
                                .because("error: no store"));
        assertThat(plugin.figures()).contains(PluginFigures.Figure.counter("store_failures", 1));
    }

    @Test
    void countsWhatItRefused() {
        limits("messages per address 0 1h");
        mail();

        assertThat(plugin.figures())
                .contains(
                        PluginFigures.Figure.counter("messages_refused", 1),
                        PluginFigures.Figure.counter("connections_refused", 0));
    }

    @Test
    void anotherServerSeesTheNumbers() {
        limits("messages per address 1 1h");
        mail();

        assertThat(
                        settled(
                                        plugin(Map.of())
                                                .onMail(
                                                        transaction,
                                                        transaction.sender(),
                                                        Parameters.NONE))
                                .action())
                .isEqualTo(Action.DENYSOFT);
    }

    @ParameterizedTest
    @CsvSource({"200, 200", "10K, 10240", "500M, 524288000", "999999999G, 1073741822926258176"})
    void multipliesNumbers(String written, long most) {
        assertThat(Limit.parse("octets per user " + written + " 1d").most()).isEqualTo(most);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connections per network 30 1m",
                "Recipients per Sender 200 1h too many",
                "octets per user 500M 1d",
                "errors per address 10 90",
                "except relay",
                "except user anna"
            })
    void readsLines(String line) {
        plugin.checkLine("limits", line);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connections per sender 1 1m | connections are counted per address or network",
                "messages per sender x 1m | 'x' is not a number such as",
                "octets per sender 9999999999G 1d | '9999999999G' is not a number such as",
                "messages per sender 1 1y | '1y' is not a time such as",
                "messages per sender 1 0s | '0s' is not a time from",
                "mails per sender 1 1s | what is counted, 'mails' is not one of",
                "messages per moon 1 1s | per 'moon' is not one of",
                "messages sender 1 1s | 'messages sender 1 1s' is not WHAT per WHOM",
                "except | 'except' is not except NETWORK",
                "except moon | 'moon' is not an"
            })
    void refusesLinesThatMakeNoSense(String line, String message) {
        assertThatThrownBy(() -> plugin.checkLine("limits", line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
