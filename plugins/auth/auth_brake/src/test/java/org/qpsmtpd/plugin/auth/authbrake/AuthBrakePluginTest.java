package org.qpsmtpd.plugin.auth.authbrake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.AuthAttempt;
import org.qpsmtpd.api.auth.AuthOutcome;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeStore;

class AuthBrakePluginTest {
    private static final AuthAttempt BEGUN = new AuthAttempt("PLAIN", "");
    private static final AuthAttempt ANN = new AuthAttempt("PLAIN", "Ann@example.com");
    private static final AuthAttempt BOB = new AuthAttempt("LOGIN", "bob@example.com");

    private final FakeStore store = new FakeStore();
    private final FakeConnection client = FakeConnection.from("192.0.2.1");
    private final Map<String, Object> settings = new HashMap<>();

    private AuthBrakePlugin plugin() {
        return new AuthBrakePlugin(Configs.config(AuthBrakeConfig.class, settings), store);
    }

    private static HookResult now(HookResult result) {
        var answer = result.pending().orElseThrow().answer().toCompletableFuture();
        assertThat(answer).isDone();
        return answer.join();
    }

    private static boolean waits(HookResult result) {
        return !result.pending().orElseThrow().answer().toCompletableFuture().isDone();
    }

    private void fail(AuthBrakePlugin plugin, FakeConnection from, AuthAttempt as, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(now(plugin.onAuthPost(from, as, AuthOutcome.FAILED)))
                    .isEqualTo(HookResult.DECLINED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "3, 0, 0",
        "0, 3, 0",
        "4, 0, 2",
        "0, 4, 2",
        "5, 9, 12",
        "12, 0, 18",
        "13, 0, 20",
        "14, 0, 20",
        "1000000000000, 0, 20"
    })
    void costsMoreWithEachFailure(long ofAddress, long ofUser, long seconds) {
        Brake brake = new Brake(3, Duration.ofSeconds(2), Duration.ofSeconds(20), 30);

        assertThat(brake.delay(new Failures(ofAddress, ofUser)))
                .isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void costsNothingWhereThatIsWished() {
        Failures many = new Failures(100, 100);

        assertThat(new Brake(3, Duration.ZERO, Duration.ofSeconds(20), 0).delay(many)).isZero();
        assertThat(new Brake(3, Duration.ofSeconds(2), Duration.ZERO, 0).delay(many)).isZero();
        assertThat(new Brake(3, Duration.ZERO, Duration.ZERO, 0).isBlocked(many)).isFalse();
    }

    @Test
    void letsTheFirstAttemptsGoOnAtOnce() {
        AuthBrakePlugin plugin = plugin();
        fail(plugin, client, ANN, 3);

        assertThat(now(plugin.onAuthPre(client, BEGUN))).isEqualTo(HookResult.DECLINED);
        assertThat(now(plugin.onAuthPre(client, ANN))).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void slowsTheAddressAndTheUserDownAndNobodyElse() {
        settings.put("delay", 60);
        settings.put("longest_delay", 60);
        AuthBrakePlugin plugin = plugin();
        FakeConnection other = FakeConnection.from("192.0.2.2");
        fail(plugin, client, ANN, 4);

        assertThat(now(plugin.onAuthPre(client, BEGUN))).isEqualTo(HookResult.DECLINED);
        assertThat(waits(plugin.onAuthPre(client, ANN))).isTrue();
        assertThat(waits(plugin.onAuthPre(client, BOB))).as("from the same address").isTrue();
        assertThat(waits(plugin.onAuthPre(other, ANN))).as("the same user").isTrue();
        assertThat(waits(plugin.onAuthPre(other, new AuthAttempt("PLAIN", "ann@EXAMPLE.com"))))
                .isTrue();
        assertThat(now(plugin.onAuthPre(other, BOB))).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void forgetsAUserWhoKnowsThePasswordAndNotTheAddress() {
        settings.put("delay", 60);
        settings.put("longest_delay", 60);
        AuthBrakePlugin plugin = plugin();
        FakeConnection other = FakeConnection.from("192.0.2.2");
        fail(plugin, client, ANN, 4);

        assertThat(now(plugin.onAuthPost(client, ANN, AuthOutcome.SUCCEEDED)))
                .isEqualTo(HookResult.DECLINED);

        assertThat(now(plugin.onAuthPre(other, ANN))).isEqualTo(HookResult.DECLINED);
        assertThat(waits(plugin.onAuthPre(client, ANN))).isTrue();
    }

    @Test
    void stopsAnAddressAndSaysSoOnce() {
        settings.put("block_after", 5);
        settings.put("delay", 0);
        AuthBrakePlugin plugin = plugin();
        fail(plugin, client, ANN, 4);
        assertThat(now(plugin.onAuthPre(client, BEGUN))).isEqualTo(HookResult.DECLINED);
        assertThat(client.logged()).isEmpty();

        fail(plugin, client, BOB, 3);

        HookResult refused = now(plugin.onAuthPre(client, BEGUN));
        assertThat(refused.action()).isEqualTo(Action.DENYSOFT);
        assertThat(refused.text()).startsWith("Too many failed authentications");
        assertThat(client.logged()).hasSize(1).first().asString().contains("192.0.2.1 is not let");
        assertThat(now(plugin.onAuthPre(FakeConnection.from("192.0.2.2"), ANN)))
                .as("a user cannot be locked out")
                .isEqualTo(HookResult.DECLINED);
        assertThat(plugin.figures())
                .contains(Figure.counter("failures", 7), Figure.counter("blocked", 1));
    }

    @Test
    void takesANetworkOfIpv6ForOneAddress() {
        settings.put("block_after", 1);
        AuthBrakePlugin plugin = plugin();
        fail(plugin, FakeConnection.from("2001:db8::1"), ANN, 1);

        assertThat(now(plugin.onAuthPre(FakeConnection.from("2001:db8::2:1"), BEGUN)).action())
                .isEqualTo(Action.DENYSOFT);
        assertThat(now(plugin.onAuthPre(FakeConnection.from("2001:db8:0:1::1"), BEGUN)))
                .isEqualTo(HookResult.DECLINED);
    }

    @Test
    void countsNoAttemptThatNobodyCouldJudge() {
        AuthBrakePlugin plugin = plugin();

        assertThat(plugin.onAuthPost(client, ANN, AuthOutcome.DEFERRED))
                .isEqualTo(HookResult.DECLINED);
        assertThat(plugin.figures()).allMatch(figure -> figure.value() == 0);
    }

    @ParameterizedTest
    @CsvSource({"pass, DECLINED", "defer, DENYSOFT"})
    void doesAsToldWhenTheStoreFails(String onError, Action action) {
        settings.put("on_error", onError);
        AuthBrakePlugin plugin = plugin();
        store.fail("it is away");

        HookResult answer = now(plugin.onAuthPre(client, ANN));

        assertThat(answer.action()).isEqualTo(action);
        assertThat(answer.reason()).startsWith("error: ");
        assertThat(now(plugin.onAuthPost(client, ANN, AuthOutcome.FAILED)).reason())
                .startsWith("error: not counted: ");
    }

    @Test
    void refusesAWrongSetting() {
        settings.put("on_error", "shrug");
        assertThatThrownBy(this::plugin)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("on_error 'shrug'");
    }
}
