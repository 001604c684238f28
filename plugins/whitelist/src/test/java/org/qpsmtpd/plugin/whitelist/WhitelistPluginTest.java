package org.qpsmtpd.plugin.whitelist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class WhitelistPluginTest {
    private final WhitelistPlugin plugin = plugin(Map.of());
    private final FakeConnection connection = FakeConnection.from("192.0.2.9");
    private final FakeTransaction transaction =
            FakeTransaction.on(connection).withSender("boss@example.org");

    private static WhitelistPlugin plugin(Map<String, ?> options) {
        return new WhitelistPlugin(Configs.config(WhitelistConfig.class, options), Map.of());
    }

    private HookResult connect(WhitelistPlugin asked) {
        return connection.answered(asked.onConnect(connection));
    }

    private HookResult mail(WhitelistPlugin asked) {
        return asked.onMail(transaction, transaction.sender(), Parameters.NONE);
    }

    private HookResult rcpt(WhitelistPlugin asked, String recipient) {
        return asked.onRcpt(
                transaction,
                FakeRecipient.of(recipient)
                        .withConfig(connection.configFor(Address.of(recipient))));
    }

    @Test
    void declinesWithoutLists() {
        assertThat(connect(plugin)).isEqualTo(HookResult.DECLINED);
        assertThat(plugin.onHelo(connection, "mail.example.org")).isEqualTo(HookResult.DECLINED);
        assertThat(mail(plugin)).isEqualTo(HookResult.DECLINED);
        assertThat(rcpt(plugin, "a@example.net")).isEqualTo(HookResult.DECLINED);
        assertThat(transaction.isImmune()).isFalse();
    }

    @Test
    void theVariableOfASuperServerCountsForItsClient() {
        connection.withNote(NoteKey.WHITELIST_BY_SUPER_SERVER, "");

        assertThat(connect(plugin))
                .isEqualTo(HookResult.OK.because("pass: WHITELISTCLIENT is set").withKarma(5));
        assertThat(connection.isImmune()).isTrue();
        assertThat(
                        FakeConnection.from("192.0.2.9")
                                .answered(plugin.onConnect(FakeConnection.from("192.0.2.9"))))
                .isEqualTo(HookResult.DECLINED);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.9, 192.0.2.9, true",
        "192.0.2.9, 192.0.2., true",
        "192.0.2.9, 192.0.2.0/24, true",
        "192.0.2.9, 192.0.2.90, false",
        "2001:db8::5, 2001:db8::/32, true",
        "2001:db9::5, 2001:db8::/32, false",
        "192.0.2.9, friend.example.org, false"
    })
    void whitelistsHosts(String ip, String entry, boolean listed) {
        FakeConnection client = FakeConnection.from(ip).withRemoteHost("friend.example.org");
        client.config().set("whitelisthosts", entry);

        HookResult result = client.answered(plugin.onConnect(client));

        assertThat(result.action()).isEqualTo(listed ? Action.OK : Action.DECLINED);
        assertThat(client.isImmune()).isEqualTo(listed);
        assertThat(client.karma()).isEqualTo(listed ? 5 : 0);
    }

    @Test
    void whitelistsByTheEnvironment() {
        WhitelistPlugin byEnvironment =
                new WhitelistPlugin(
                        Configs.config(WhitelistConfig.class), Map.of("WHITELISTCLIENT", ""));

        assertThat(connect(byEnvironment).action()).isEqualTo(Action.OK);
        assertThat(connection.karma()).isEqualTo(5);
        assertThat(connection.isImmune()).isTrue();
        assertThat(connection.isRelayClient()).isFalse();
        assertThat(connection.notes().get(new NoteKey<>("whitelistclient", String.class)))
                .contains("");
    }

    @Test
    void whitelistsGreetingsInEitherCase() {
        connection.config().set("whitelisthelo", "Mail.example.org");
        NoteKey<String> note = new NoteKey<>("whitelisthelo", String.class);

        assertThat(plugin.onEhlo(connection, "mail.EXAMPLE.org", new ArrayList<>()).action())
                .isEqualTo(Action.OK);
        assertThat(connection.notes().has(note)).isTrue();

        assertThat(plugin.onHelo(connection, "other.example.org")).isEqualTo(HookResult.DECLINED);
        assertThat(connection.notes().has(note)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "boss@example.org, true",
        "BOSS@Example.org, true",
        "example.org, true",
        "@example.org, true",
        "other@example.org, false",
        "ample.org, false"
    })
    void whitelistsSenders(String entry, boolean listed) {
        connection.config().set("whitelistsenders", entry);

        assertThat(mail(plugin).action()).isEqualTo(listed ? Action.OK : Action.DECLINED);
        assertThat(transaction.isImmune()).isEqualTo(listed);
        assertThat(connection.isImmune()).isFalse();
    }

    @Test
    void theNullSenderIsNeverListed() {
        connection.config().set("whitelistsenders", "example.org");
        transaction.withSender("");

        assertThat(mail(plugin)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void countsRecipientsAndNeverAcceptsOne() {
        connection.config().set("whitelistrcpt", "a@example.net", "example.com");

        assertThat(rcpt(plugin, "a@example.net"))
                .isEqualTo(HookResult.pass("recipient is whitelisted by whitelistrcpt"));
        rcpt(plugin, "b@example.net");
        rcpt(plugin, "B@Example.com");

        assertThat(transaction.notes().get(NoteKey.WHITELIST_RCPT)).contains(2);
        assertThat(transaction.isImmune()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "whitelisthosts, 192.0.2.9",
        "whitelisthelo, mail.example.org",
        "whitelistsenders, boss@example.org",
        "whitelistrcpt, a@example.net"
    })
    void aRecipientHasListsOfItsOwn(String file, String entry) {
        WhitelistPlugin perRecipient = plugin(Map.of("per_recipient", true));
        connection.withEhlo("mail.example.org");
        connection.withConfigFor("a@example.net", new FakeConfig().set(file, entry));

        assertThat(connect(perRecipient)).isEqualTo(HookResult.DECLINED);
        assertThat(mail(perRecipient)).isEqualTo(HookResult.DECLINED);
        assertThat(rcpt(perRecipient, "b@example.net")).isEqualTo(HookResult.DECLINED);
        assertThat(rcpt(perRecipient, "a@example.net"))
                .isEqualTo(HookResult.pass("recipient is whitelisted by " + file));
        assertThat(transaction.notes().get(NoteKey.WHITELIST_RCPT)).contains(1);
        assertThat(transaction.isImmune()).isFalse();
    }

    @Test
    void theServersListsCountForRecipientsUnlessTheyAreNotMerged() {
        connection.config().set("whitelistsenders", "example.org");
        connection.withConfigFor("a@example.net", new FakeConfig());

        assertThat(rcpt(plugin(Map.of("per_recipient", true)), "a@example.net").reason())
                .isEqualTo("pass: recipient is whitelisted by whitelistsenders");
        Map<String, Boolean> alone = Map.of("per_recipient", true, "merge", false);
        assertThat(rcpt(plugin(alone), "a@example.net")).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void checksItsFiles() {
        plugin.checkLine("whitelisthosts", "192.0.2.");
        plugin.checkLine("whitelisthelo", "[192.0.2.1]");
        plugin.checkLine("whitelistsenders", "example.org");
        assertThatThrownBy(() -> plugin.checkLine("whitelisthosts", "friend.example.org"))
                .hasMessageStartingWith("'friend.example.org' is not an");
        assertThatThrownBy(() -> plugin.checkLine("whitelistrcpt", "a@b c"))
                .hasMessage("'a@b c' is not an address USER@HOST or a host");
    }
}
