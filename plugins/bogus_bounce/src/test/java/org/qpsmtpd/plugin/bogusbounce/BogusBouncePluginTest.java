package org.qpsmtpd.plugin.bogusbounce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class BogusBouncePluginTest {
    private static final String TOO_MANY = "fail, this bounce message does not have 1 recipient";
    private static final String RETURN_PATH = "a bounce return path must be empty (RFC 3834)";
    private static final HookResult PASS = HookResult.pass("single recipient, empty Return-Path");

    private final BogusBouncePlugin denying = plugin(Map.of("action", "deny"));

    @Test
    void refusesABounceToTwoRecipients() {
        assertThat(denying.onDataPost(bounceToTwo()))
                .isEqualTo(
                        HookResult.deny(TOO_MANY)
                                .because(
                                        "fail: bogus bounce to: user@example.com,"
                                                + " other@example.com"));
    }

    @Test
    void namesTheFirstFiveOfManyRecipients() {
        FakeTransaction bounce = bounce("");
        for (int i = 1; i <= 9; i++) {
            bounce.withRecipient("u" + i + "@example.com");
        }

        assertThat(denying.onDataPost(bounce).reason())
                .endsWith(
                        "to: user@example.com, u1@example.com, u2@example.com,"
                                + " u3@example.com, u4@example.com and 5 more");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Return-Path: <>\n",
                "Return-Path:  < > \n",
                "Return-Path:\n <>\n",
                "Return-Path:\n"
            })
    void passesABounceToOneRecipient(String field) {
        assertThat(denying.onDataPost(bounce(field))).isEqualTo(PASS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Return-Path: <matt@example.org>\n",
                "RETURN-PATH: x\n",
                "Return-Path: <>\nReturn-Path:\n <matt@example.org>\n"
            })
    void refusesABounceWithAReturnPath(String field) {
        assertThat(denying.onDataPost(bounce(field)))
                .isEqualTo(
                        HookResult.deny(RETURN_PATH)
                                .because("fail: bounce messages must not have a Return-Path"));
    }

    @Test
    void letsOtherSendersWriteToSeveral() {
        FakeTransaction mail =
                bounce("Return-Path: <matt@example.org>\n")
                        .withRecipient("other@example.com")
                        .withSender("matt@example.org");

        assertThat(denying.onDataPost(mail)).isEqualTo(HookResult.pass("not a null sender"));
    }

    @Test
    void countsRecipientsWithAVerdictOfTheirOwn() {
        FakeTransaction bounce = bounceToTwo();
        bounce.recipients().get(1).settle(HookResult.DENY);

        assertThat(denying.onDataPost(bounce).text()).isEqualTo(TOO_MANY);
    }

    @Test
    void takesAnAliasForTheRecipientItWasForTheClient() {
        FakeTransaction bounce = message("");
        for (String one : new String[] {"a@example.org", "b@example.org"}) {
            bounce.withRecipient(
                    FakeRecipient.of(one).withNote(NoteKey.INSTEAD_OF, "info@example.com"));
        }

        assertThat(denying.onDataPost(bounce)).isEqualTo(PASS);
        assertThat(denying.onDataPost(bounce.withRecipient("user@example.com")).reason())
                .isEqualTo("fail: bogus bounce to: info@example.com, user@example.com");
    }

    @Test
    void exemptsNobodyAndLeavesKarmaAlone() {
        FakeTransaction bounce = bounceToTwo();
        FakeConnection connection = bounce.connection().relaying();
        HookResult answer = connection.answered(denying.onDataPost(bounce));

        assertThat(answer.action()).isEqualTo(Action.DENY);
        assertThat(connection.karma()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 0, '', DECLINED",
        "log, 0, '', DECLINED",
        "deny, 0, '', DENY",
        "denysoft, 0, '', DENYSOFT",
        "DenySoft, 0, '', DENYSOFT",
        "denysoft, 0, disconnect, DENY_DISCONNECT",
        "'', 1, '', DENY",
        "'', 1, temp, DENYSOFT",
        "'', 1, temp_disconnect, DENYSOFT_DISCONNECT",
        "log, 1, '', DENY",
    })
    void refusesAsItsSettingsSay(String action, String reject, String type, Action expected) {
        BogusBouncePlugin plugin =
                plugin(Map.of("action", action, "reject", reject, "reject_type", type));

        assertThat(plugin.onDataPost(bounceToTwo()).action()).isEqualTo(expected);
    }

    @Test
    void onlyLogsByDefault() {
        assertThat(plugin(Map.of()).onDataPost(bounceToTwo()).reason())
                .startsWith("fail, tolerated: bogus bounce to: ");
    }

    @ParameterizedTest
    @CsvSource({"'', DECLINED", "deny, DECLINED", "denysoft, DENYSOFT"})
    void leavesTheRefusalToNaughty(String action, Action type) {
        BogusBouncePlugin plugin = plugin(Map.of("reject", "naughty", "action", action));
        HookResult answer = plugin.onDataPost(bounceToTwo());

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.naughtyType()).contains(type);
        assertThat(answer.text()).isEqualTo(TOO_MANY);
    }

    @Test
    void refusesWrongSettings() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plugin(Map.of("action", "drop")))
                .withMessage("action 'drop' is not one of log, deny, denysoft");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plugin(Map.of("reject_type", "maybe")))
                .withMessageContaining("reject_type 'maybe'");
    }

    @ParameterizedTest
    @CsvSource({"deny, 552, 5", "denysoft, 452, 4"})
    void theClientReadsTheReason(String action, int code, String digit) throws Exception {
        try (TestServer server =
                        TestServer.builder()
                                .plugin("bogus_bounce", plugin(Map.of("action", action)))
                                .plugin("mailbox", new Mailbox())
                                .start();
                SmtpClient client = server.connect()) {
            client.open("", "user@example.com");
            client.send("RCPT TO:<other@example.com>");

            assertThat(client.data("Subject: a test\n\nHello\n").toString())
                    .contains(code + " " + digit, TOO_MANY);
        }
    }

    private static FakeTransaction bounceToTwo() {
        return bounce("").withRecipient("other@example.com");
    }

    private static FakeTransaction bounce(String field) {
        return message(field).withRecipient("user@example.com");
    }

    private static FakeTransaction message(String field) {
        return FakeTransaction.create()
                .withSender("")
                .withMessage(field + "Subject: failure\n\nbody\n");
    }

    private static BogusBouncePlugin plugin(Map<String, ?> settings) {
        return new BogusBouncePlugin(Configs.config(BogusBounceConfig.class, settings));
    }
}
