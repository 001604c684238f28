package org.qpsmtpd.plugin.rcptlist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class RcptListPluginTest {
    private final FakeTransaction transaction = FakeTransaction.create();

    private static RcptListPlugin plugin(Map<String, ?> reject, Map<String, ?> options) {
        return new RcptListPlugin(
                Configs.config(RejectSettings.class, reject),
                Configs.config(RcptListConfig.class, options));
    }

    private static RcptListPlugin plugin() {
        return plugin(Map.of(), Map.of());
    }

    private HookResult rcpt(RcptListPlugin plugin, String recipient) {
        return plugin.onRcpt(
                transaction,
                FakeRecipient.of(recipient).withConfig(transaction.connection().config()));
    }

    private void list(String... lines) {
        transaction.connection().config().set("goodrcptto", lines);
    }

    @ParameterizedTest
    @CsvSource({
        "admin@example.com, true",
        "ADMIN@Example.COM, true",
        "user@example.com, true",
        "user+news@example.com, true",
        "user+a+b@example.com, true",
        "user-news@example.com, false",
        "other@example.com, false",
        "+user@example.com, false",
        "anybody@backup.example.net, true",
        "help@example.org, true",
        "a+b@example.com, true",
        "a@example.com, false"
    })
    void passesWhoIsListed(String recipient, boolean passes) {
        list(
                "admin@example.com",
                "user@example.com",
                "@backup.example.net",
                "help",
                "a+b@example.com");

        assertThat(rcpt(plugin(), recipient).action())
                .isEqualTo(passes ? Action.DECLINED : Action.DENY);
    }

    @Test
    void aListOfTheRecipientTakesThePlaceOfTheServers() {
        list("@example.com");
        FakeConfig own = new FakeConfig().set("goodrcptto", "user@example.com");
        FakeRecipient user = FakeRecipient.of("user@example.com").withConfig(own);
        FakeRecipient other = FakeRecipient.of("other@example.com").withConfig(own);

        assertThat(plugin().onRcpt(transaction, user).action()).isEqualTo(Action.DECLINED);
        assertThat(plugin().onRcpt(transaction, other).action()).isEqualTo(Action.DENY);
    }

    @Test
    void sitesChooseTheCharacter() {
        list("user@example.com");
        RcptListPlugin plugin = plugin(Map.of(), Map.of("extn", "-"));

        assertThat(rcpt(plugin, "user-news@example.com").action()).isEqualTo(Action.DECLINED);
        assertThat(rcpt(plugin, "user+news@example.com").action()).isEqualTo(Action.DENY);
    }

    @Test
    void saysWhoIsNotListed() {
        list("user@example.com");

        assertThat(rcpt(plugin(), "other@example.com"))
                .isEqualTo(
                        HookResult.deny(
                                        "invalid recipient other@example.com (#5.1.1)",
                                        "invalid recipient other@example.com")
                                .withKarma(-1));
        assertThat(rcpt(plugin(Map.of("reject", "0"), Map.of()), "other@example.com").reason())
                .isEqualTo("fail, tolerated: invalid recipient other@example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"postmaster", "PostMaster@example.com"})
    void neverRefusesPostmaster(String recipient) {
        list("user@example.com");

        assertThat(rcpt(plugin(), recipient).action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void leavesRelayClientsAliasesAndEmptyListsAlone() {
        assertThat(rcpt(plugin(), "other@example.com")).isEqualTo(HookResult.skip("empty list"));
        list("user@example.com");
        FakeRecipient alias =
                FakeRecipient.of("other@example.com").withNote(NoteKey.ALIAS, "user@example.com");
        assertThat(plugin().onRcpt(transaction, alias)).isEqualTo(HookResult.skip("alias"));

        transaction.connection().setRelayClient(true);

        assertThat(rcpt(plugin(), "other@example.com")).isEqualTo(HookResult.skip("relay client"));
    }

    @Test
    void checksItsFile() {
        plugin().checkLine("goodrcptto", "user@example.com");
        assertThatThrownBy(() -> plugin().checkLine("goodrcptto", "a b@example.com"))
                .hasMessageStartingWith("'a b@example.com' is not USER@HOST");
        assertThatThrownBy(() -> plugin().checkLine("goodrcptto", "@"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
