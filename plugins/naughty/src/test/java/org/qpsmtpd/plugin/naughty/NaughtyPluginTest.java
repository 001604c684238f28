package org.qpsmtpd.plugin.naughty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class NaughtyPluginTest {
    private static final String TEXT = "(badmailfrom) go away";

    @ParameterizedTest
    @CsvSource({
        "connect, connect data_post",
        "mail, mail data_post",
        "rcpt, rcpt data_post",
        "data, data data_post",
        "DATA_POST, data_post",
    })
    void refusesInItsPhaseAndInDataPostAtTheLatest(String reject, String refusing) {
        Map<String, HookResult> answers = answers(plugin(Map.of("reject", reject)), marked());
        answers.forEach(
                (hook, answer) ->
                        assertThat(answer.action())
                                .as(hook)
                                .isEqualTo(
                                        (" " + refusing + " ").contains(" " + hook + " ")
                                                ? Action.DENY_DISCONNECT
                                                : Action.DECLINED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"connect", "mail", "rcpt", "data", "data_post"})
    void letsOthersPass(String reject) {
        Map<String, HookResult> answers =
                answers(plugin(Map.of("reject", reject)), FakeConnection.create());
        assertThat(answers.values())
                .allSatisfy(answer -> assertThat(answer.action()).isEqualTo(Action.DECLINED));
        assertThat(answers.get(reject)).isEqualTo(HookResult.DECLINED.because("pass"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"connect", "mail", "rcpt", "data", "data_post"})
    void leavesImmuneClientsAlone(String reject) {
        Map<String, HookResult> answers =
                answers(plugin(Map.of("reject", reject)), marked().relaying());
        assertThat(answers.values())
                .allSatisfy(answer -> assertThat(answer.action()).isEqualTo(Action.DECLINED));
        assertThat(answers.get(reject)).isEqualTo(HookResult.DECLINED.because("skip: immune"));
    }

    @Test
    void refusesNobodyWhoAuthenticatedMeanwhile() {
        FakeConnection connection = marked();
        connection.clearNaughty();
        assertThat(plugin(Map.of()).onDataPost(FakeTransaction.on(connection)).action())
                .isEqualTo(Action.DECLINED);
    }

    @ParameterizedTest
    @EnumSource(names = "DENY.*", mode = EnumSource.Mode.MATCH_ALL)
    void refusesAsTheFirstOffendedPluginAskedFor(Action type) {
        FakeConnection connection = FakeConnection.create().withNaughty(type, TEXT);
        HookResult answer = plugin(Map.of("reject", "connect")).onConnect(connection);
        assertThat(answer.action()).isEqualTo(type);
        assertThat(answer.reason())
                .isEqualTo(type.disconnects() ? "fail: disconnecting" : "fail: refused");
    }

    @ParameterizedTest
    @CsvSource({"'', DENY_DISCONNECT", "temp, DENYSOFT", "perm, DENY"})
    void refusesItsOwnWayWhenTheMarkDoesNotSayHow(String type, Action action) {
        FakeConnection connection = FakeConnection.create().withNaughty(Action.DECLINED, TEXT);
        assertThat(
                        plugin(Map.of("reject", "connect", "reject_type", type))
                                .onConnect(connection)
                                .action())
                .isEqualTo(action);
    }

    @Test
    void tellsAllTexts() {
        String texts = TEXT + "\n(dnsbl) listed";
        FakeConnection connection = FakeConnection.create().withNaughty(Action.DENY, texts);
        assertThat(plugin(Map.of("reject", "connect")).onConnect(connection))
                .isEqualTo(HookResult.deny(texts).because("fail: refused"));
    }

    @Test
    void leavesWhitelistedSendersAlone() {
        FakeTransaction transaction =
                FakeTransaction.on(marked()).withNote(NoteKey.WHITELIST_SENDER, "friend");
        assertThat(plugin(Map.of()).onDataPost(transaction)).isEqualTo(HookResult.skip("immune"));
    }

    @ParameterizedTest
    @CsvSource({"DENY_DISCONNECT, DENY", "DENY, DENY", "DENYSOFT_DISCONNECT, DENYSOFT"})
    void refusesTheOthersOfAMessageWithASparedRecipient(Action type, Action verdict) {
        FakeConnection connection = FakeConnection.create().withNaughty(type, TEXT);
        FakeRecipient spared = FakeRecipient.of("postmaster@example.com");
        spared.withNote(NoteKey.NAUGHTY_SPARED, TEXT);
        FakeRecipient other = FakeRecipient.of("user@example.com");
        FakeTransaction transaction =
                FakeTransaction.on(connection).withRecipient(spared).withRecipient(other);
        NaughtyPlugin plugin = plugin(Map.of("reject", "data"));

        assertThat(plugin.onData(transaction).action()).isEqualTo(Action.DECLINED);
        assertThat(plugin.onDataPost(transaction).action()).isEqualTo(Action.DECLINED);
        assertThat(other.verdict().orElseThrow()).isEqualTo(HookResult.of(verdict, TEXT));
        assertThat(spared.verdict()).isEmpty();
    }

    @Test
    void refusesAtRcptWhoIsNotSpared() {
        NaughtyPlugin plugin = plugin(Map.of());
        FakeTransaction transaction = FakeTransaction.on(marked());
        FakeRecipient spared = FakeRecipient.of("postmaster@example.com");
        spared.withNote(NoteKey.NAUGHTY_SPARED, TEXT);

        assertThat(plugin.onRcpt(transaction, spared).action()).isEqualTo(Action.DECLINED);
        assertThat(plugin.onRcpt(transaction, FakeRecipient.of("user@example.com")).action())
                .isEqualTo(Action.DENY_DISCONNECT);
    }

    @Test
    void refusesAllOnceMoreHasComeToTheMark() {
        FakeRecipient spared = FakeRecipient.of("postmaster@example.com");
        spared.withNote(NoteKey.NAUGHTY_SPARED, "(dnsbl) listed");
        FakeConnection connection =
                FakeConnection.create().withNaughty(Action.DENY, "(dnsbl) listed\n(virus) found");

        assertThat(
                        plugin(Map.of())
                                .onDataPost(FakeTransaction.on(connection).withRecipient(spared)))
                .isEqualTo(
                        HookResult.deny("(dnsbl) listed\n(virus) found").because("fail: refused"));
    }

    @Test
    void hasTheDocumentedDefaults() {
        NaughtyConfig config = Configs.config(NaughtyConfig.class);
        assertThat(config.reject()).isEqualTo("rcpt");
        assertThat(config.reject__type()).isEqualTo("disconnect");
    }

    @Test
    void refusesWrongSettings() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plugin(Map.of("reject", "ehlo")))
                .withMessage("reject 'ehlo' is not one of connect, mail, rcpt, data, data_post");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plugin(Map.of("reject_type", "maybe")))
                .withMessageContaining("reject_type 'maybe'");
    }

    private static FakeConnection marked() {
        return FakeConnection.create().withNaughty(Action.DENY_DISCONNECT, TEXT);
    }

    private static NaughtyPlugin plugin(Map<String, String> settings) {
        return new NaughtyPlugin(Configs.config(NaughtyConfig.class, settings));
    }

    private static Map<String, HookResult> answers(
            NaughtyPlugin plugin, FakeConnection connection) {
        FakeTransaction transaction = FakeTransaction.on(connection);
        Map<String, HookResult> answers = new LinkedHashMap<>();
        answers.put("connect", plugin.onConnect(connection));
        answers.put("mail", plugin.onMail(transaction, Address.NULL, Parameters.NONE));
        answers.put("rcpt", plugin.onRcpt(transaction, FakeRecipient.of("user@example.com")));
        answers.put("data", plugin.onData(transaction));
        answers.put("data_post", plugin.onDataPost(transaction));
        return answers;
    }
}
