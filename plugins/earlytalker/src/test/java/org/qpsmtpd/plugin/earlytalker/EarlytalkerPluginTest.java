package org.qpsmtpd.plugin.earlytalker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;

class EarlytalkerPluginTest {
    private static final NoteKey<Boolean> EARLYTALKER = new NoteKey<>("earlytalker", Boolean.class);
    private static final NoteKey<Integer> WAIT = new NoteKey<>("earlytalker_wait", Integer.class);
    private static final String TEXT = "Connecting host started transmitting before SMTP greeting";
    private static final String DETAIL = "remote started talking before we said hello";
    private static final HookResult PASS = HookResult.pass("not spontaneous");

    private final FakeConnection connection = FakeConnection.create();

    @Test
    void refusesAClientThatSpeaksBeforeTheGreeting() {
        connection.speakingEarly();

        assertThat(connect(plugin(Map.of(), Map.of())))
                .isEqualTo(HookResult.deny(TEXT).because("fail: " + DETAIL));
        assertThat(connection.notes().get(EARLYTALKER)).contains(true);
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @Test
    void passesASilentClient() {
        connection.stayingSilent();

        assertThat(connect(plugin(Map.of(), Map.of()))).isEqualTo(PASS);
        assertThat(connection.notes().has(EARLYTALKER)).isFalse();
        assertThat(connection.karma()).isZero();
    }

    @Test
    void answersOnlyWhenTheWaitIsOver() {
        CompletableFuture<Boolean> input = new CompletableFuture<>();
        connection.withInput(input);

        CompletableFuture<HookResult> answer =
                plugin(Map.of(), Map.of())
                        .onConnect(connection)
                        .pending()
                        .orElseThrow()
                        .answer()
                        .toCompletableFuture();

        assertThat(answer).isNotDone();
        assertThat(connection.notes().has(EARLYTALKER)).isFalse();
        input.complete(true);
        assertThat(answer)
                .isCompletedWithValue(
                        HookResult.deny(TEXT).because("fail: " + DETAIL).withKarma(-1));
    }

    @Test
    void waitsASecondByDefault() {
        connection.stayingSilent();
        connect(plugin(Map.of(), Map.of()));

        assertThat(connection.awaited()).containsExactly(Duration.ofSeconds(1));
    }

    @Test
    void waitsAsLongAsItIsTold() {
        connection.stayingSilent();
        connect(plugin(Map.of(), Map.of("wait", "7")));

        assertThat(connection.awaited()).containsExactly(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @CsvSource({"20, 20", "0, 0", "-1, 0", "86400, 240"})
    void letsTheNoteOverrideTheWait(int note, int seconds) {
        connection.withNote(WAIT, note).stayingSilent();
        connect(plugin(Map.of(), Map.of("wait", 7)));

        assertThat(connection.awaited()).containsExactly(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({
        "perm, DENY",
        "temp, DENYSOFT",
        "disconnect, DENY_DISCONNECT",
        "temp_disconnect, DENYSOFT_DISCONNECT"
    })
    void refusesByType(String type, Action action) {
        connection.speakingEarly();

        assertThat(connect(plugin(Map.of("reject_type", type), Map.of())).action())
                .isEqualTo(action);
    }

    @Test
    void onlyLogsWhenRejectIsOff() {
        connection.speakingEarly();

        assertThat(connect(plugin(Map.of("reject", "0"), Map.of())))
                .isEqualTo(HookResult.DECLINED.because("fail, tolerated: " + DETAIL));
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @Test
    void leavesTheRefusalToNaughty() {
        connection.speakingEarly();

        assertThat(connect(plugin(Map.of("reject", "naughty"), Map.of())))
                .isEqualTo(
                        HookResult.naughty(Action.DECLINED, TEXT)
                                .because("fail, NAUGHTY: " + DETAIL));
    }

    @Test
    void sparesImmuneClients() {
        EarlytalkerPlugin plugin =
                plugin(Map.of(), Map.of("check_at", new String[] {"CONNECT", "DATA"}));
        connection.withNote(NoteKey.WHITELIST_HOST, "friend");

        assertThat(plugin.onConnect(connection)).isEqualTo(HookResult.skip("immune"));
        assertThat(plugin.onData(FakeTransaction.on(connection)))
                .isEqualTo(HookResult.skip("immune"));
        assertThat(plugin.onConnect(FakeConnection.create().relaying()))
                .isEqualTo(HookResult.skip("immune"));
    }

    @Test
    void doesNotDelayClientsOfGoodHistory() {
        EarlytalkerPlugin plugin = plugin(Map.of(), Map.of());

        assertThat(plugin.onConnect(connection.withNote(NoteKey.KARMA_HISTORY, 6)))
                .isEqualTo(HookResult.skip("karma 6"));
        connection.withNote(NoteKey.KARMA_HISTORY, 5).speakingEarly();
        assertThat(connect(plugin).action()).isEqualTo(Action.DENY);
    }

    @Test
    void listensOnlyAtConnectByDefault() {
        assertThat(plugin(Map.of(), Map.of()).onData(FakeTransaction.on(connection)))
                .isEqualTo(HookResult.DECLINED);
    }

    @Test
    void listensOnlyAtDataWhenTold() {
        EarlytalkerPlugin plugin = plugin(Map.of(), Map.of("check_at", "data"));
        connection.speakingEarly();

        assertThat(plugin.onConnect(connection)).isEqualTo(HookResult.DECLINED);
        assertThat(data(plugin)).isEqualTo(HookResult.deny(TEXT).because("fail: " + DETAIL));
        assertThat(connection.notes().get(EARLYTALKER)).contains(true);
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @Test
    void passesASilentClientAtData() {
        connection.stayingSilent();

        assertThat(data(plugin(Map.of(), Map.of("check_at", "DATA")))).isEqualTo(PASS);
    }

    @Test
    void listensAtBothWhenTold() {
        EarlytalkerPlugin plugin =
                plugin(Map.of(), Map.of("check_at", new String[] {"CONNECT", "DATA"}));
        connection.stayingSilent().speakingEarly();

        assertThat(connect(plugin)).isEqualTo(PASS);
        assertThat(data(plugin).action()).isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAIL", ""})
    void refusesAnUnknownMoment(String moment) {
        assertThatThrownBy(
                        () ->
                                plugin(
                                        Map.of(),
                                        Map.of("check_at", new String[] {"CONNECT", moment})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("check-at '%s' is not CONNECT or DATA", moment);
    }

    @Test
    void leavesTheRefusalForMail() {
        EarlytalkerPlugin plugin = plugin(Map.of(), Map.of("defer_reject", true));
        connection.speakingEarly();

        assertThat(connect(plugin))
                .isEqualTo(
                        HookResult.DECLINED.because(
                                "fail, tolerated: " + DETAIL + ", left for MAIL"));
        assertThat(connection.notes().get(EARLYTALKER)).contains(true);
        assertThat(mail(plugin)).isEqualTo(HookResult.deny(TEXT).because("fail: " + DETAIL));
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @Test
    void passesMailOfASilentClient() {
        EarlytalkerPlugin plugin = plugin(Map.of(), Map.of("defer_reject", true));

        assertThat(mail(plugin)).isEqualTo(HookResult.DECLINED);
        connection.withNote(EARLYTALKER, false);
        assertThat(mail(plugin)).isEqualTo(HookResult.DECLINED);
    }

    @ParameterizedTest
    @CsvSource({"'', DENY", "temp, DENYSOFT", "disconnect, DENY_DISCONNECT"})
    void refusesMailByType(String type, Action action) {
        EarlytalkerPlugin plugin =
                plugin(Map.of("reject_type", type), Map.of("defer_reject", "true"));
        connection.withNote(EARLYTALKER, true);

        assertThat(mail(plugin).action()).isEqualTo(action);
    }

    @Test
    void refusesNoMailUnlessItWasDeferred() {
        connection.withNote(EARLYTALKER, true);

        assertThat(mail(plugin(Map.of(), Map.of()))).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void sparesMailOfAClientThatBecameImmune() {
        EarlytalkerPlugin plugin = plugin(Map.of(), Map.of("defer_reject", true));
        connection.withNote(EARLYTALKER, true).relaying();

        assertThat(mail(plugin)).isEqualTo(HookResult.skip("immune"));
    }

    @ParameterizedTest
    @CsvSource({
        "deny, 1, '', DENY",
        "DenySoft, 1, '', DENYSOFT",
        "denysoft, 1, disconnect, DENY_DISCONNECT",
        "log, 1, '', DECLINED",
        "deny, 0, '', DECLINED"
    })
    void understandsTheOldAction(String old, String reject, String type, Action action) {
        connection.speakingEarly();

        assertThat(
                        connect(
                                        plugin(
                                                Map.of("reject", reject, "reject_type", type),
                                                Map.of("action", old)))
                                .action())
                .isEqualTo(action);
    }

    @Test
    void prefersNaughtyToTheOldAction() {
        connection.speakingEarly();

        assertThat(
                        connect(plugin(Map.of("reject", "naughty"), Map.of("action", "log")))
                                .naughtyType())
                .contains(Action.DECLINED);
    }

    @Test
    void refusesAnUnknownAction() {
        assertThatThrownBy(() -> plugin(Map.of(), Map.of("action", "drop")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("action 'drop' is not one of deny, denysoft, log");
    }

    private HookResult connect(EarlytalkerPlugin plugin) {
        return answered(plugin.onConnect(connection));
    }

    private HookResult data(EarlytalkerPlugin plugin) {
        return answered(plugin.onData(FakeTransaction.on(connection)));
    }

    private HookResult mail(EarlytalkerPlugin plugin) {
        return plugin.onMail(FakeTransaction.on(connection), Address.NULL, Parameters.NONE);
    }

    /** The answer without its karma, which the connection has got. */
    private HookResult answered(HookResult result) {
        HookResult answer = result.pending().orElseThrow().answer().toCompletableFuture().join();
        return connection.answered(answer).withKarma(0);
    }

    private static EarlytalkerPlugin plugin(Map<String, ?> reject, Map<String, ?> settings) {
        return new EarlytalkerPlugin(
                Configs.config(RejectSettings.class, reject),
                Configs.config(EarlytalkerConfig.class, settings));
    }
}
