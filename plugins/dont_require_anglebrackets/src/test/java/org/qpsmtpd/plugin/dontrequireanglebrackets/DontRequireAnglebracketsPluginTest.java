package org.qpsmtpd.plugin.dontrequireanglebrackets;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;

class DontRequireAnglebracketsPluginTest {
    private final DontRequireAnglebracketsPlugin plugin = new DontRequireAnglebracketsPlugin();
    private final FakeConnection connection = FakeConnection.create();
    private final FakeTransaction transaction = FakeTransaction.on(connection);

    @Test
    void keepsASenderInBrackets() {
        assertThat(mail("<ask@perl.org>")).isEqualTo(HookResult.ok("<ask@perl.org>"));
        assertThat(mail("<ask @perl.org>")).isEqualTo(HookResult.ok("<ask @perl.org>"));
        assertThat(connection.karma()).isZero();
    }

    @Test
    void keepsTheNullSender() {
        assertThat(mail("<>")).isEqualTo(HookResult.ok("<>"));
        assertThat(connection.karma()).isZero();
    }

    @Test
    void putsASenderInBrackets() {
        assertThat(mail("ask@perl.org"))
                .isEqualTo(
                        HookResult.ok("<ask@perl.org>")
                                .because("fail, added MAIL angle brackets")
                                .withKarma(-2));
        assertThat(connection.karma()).isEqualTo(-2);
    }

    @Test
    void putsAnAddressLiteralInBrackets() {
        assertThat(mail("ask@[1.2.3.4]").text()).isEqualTo("<ask@[1.2.3.4]>");
    }

    @Test
    void readsAMissingSenderAsTheNullSender() {
        assertThat(mail("").text()).isEqualTo("<>");
    }

    @Test
    void keepsCaseAndAMissingHost() {
        assertThat(mail("PostMaster").text()).isEqualTo("<PostMaster>");
        assertThat(rcpt("User@EXAMPLE.com").text()).isEqualTo("<User@EXAMPLE.com>");
    }

    @Test
    void bracketsAPathWithOneBracketWhole() {
        assertThat(mail("<").text()).isEqualTo("<<>");
        assertThat(mail("<ask@perl.org").text()).isEqualTo("<<ask@perl.org>");
        assertThat(mail("ask@perl.org>").text()).isEqualTo("<ask@perl.org>>");
    }

    @Test
    void putsARecipientInBrackets() {
        assertThat(rcpt("user@example.com"))
                .isEqualTo(
                        HookResult.ok("<user@example.com>")
                                .because("fail, added RCPT angle brackets")
                                .withKarma(-2));
        assertThat(connection.karma()).isEqualTo(-2);
    }

    @Test
    void keepsARecipientInBrackets() {
        assertThat(rcpt("<user@example.com>")).isEqualTo(HookResult.ok("<user@example.com>"));
        assertThat(connection.karma()).isZero();
    }

    private HookResult mail(String path) {
        return connection.answered(plugin.onMailPre(transaction, path, Parameters.NONE));
    }

    private HookResult rcpt(String path) {
        return connection.answered(plugin.onRcptPre(transaction, path, Parameters.NONE));
    }
}
