package org.qpsmtpd.plugin.badmailfrom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
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
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakePatterns;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class BadmailfromPluginTest {
    private static final String TEXT = "Your envelope sender is in my badmailfrom list";

    private final FakeConnection connection = FakeConnection.create();
    private final FakeTransaction transaction = FakeTransaction.on(connection);

    @Test
    void refusesAListedSender() {
        list("matt@test.net", "matt@test.com");

        assertThat(mail("matt@test.com"))
                .isEqualTo(HookResult.deny(TEXT, "matches matt@test.com").withKarma(-1));
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @Test
    void givesTheReasonOfTheLine() {
        list("matt@test.com Yer a spammin bastert");

        assertThat(mail("matt@test.com").text()).isEqualTo("Yer a spammin bastert");
    }

    @Test
    void theFirstMatchGivesTheReason() {
        list("@test.com first", "matt@test.com second");

        assertThat(mail("matt@test.com").text()).isEqualTo("first");
    }

    @ParameterizedTest
    @CsvSource({
        "matt@test.net, matt@test.net, true",
        "matt@test.net, matt@test.com, false",
        "matt@test.net, @test.net, true",
        "matt@test.net, @test.not, false",
        "matt@test.not, @test.net, false",
        "matt@test.net, test.net$, true",
        "matt@test.net, test.not$, false",
        "mAtt@Test.net, Matt@teSt.net, true",
        "mAtt@Test.net, @teSt.net, true",
        "mAtt@Test.net, ^matt@test, true",
        "mAtt@Test.net, ^mAtt@Test, false"
    })
    void matchesAddressHostOrExpression(String sender, String entry, boolean matches) {
        list(entry);

        assertThat(mail(sender).action().refuses()).isEqualTo(matches);
    }

    @Test
    void passesOtherSenders() {
        list("bad@example.com");

        assertThat(mail("matt@example.com")).isEqualTo(HookResult.pass("not listed"));
        assertThat(connection.karma()).isZero();
    }

    @Test
    void skipsAnEmptyList() {
        assertThat(mail("matt@example.com")).isEqualTo(HookResult.skip("empty list"));
    }

    @Test
    void skipsTheNullSender() {
        list(".*");

        assertThat(mail("")).isEqualTo(HookResult.skip("null sender"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"matt@", "@example.com"})
    void skipsHalfAnAddress(String sender) {
        list(".*", "@example.com");

        assertThat(mail(sender)).isEqualTo(HookResult.skip("missing user or host"));
    }

    @Test
    void skipsImmuneClients() {
        list("@test.net");
        connection.notes().put(NoteKey.WHITELIST_HOST, "listed");

        assertThat(mail("matt@test.net")).isEqualTo(HookResult.skip("immune"));
        assertThat(connection.karma()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"test.net", "matt@", "^(matt"})
    void leavesOutBrokenLines(String broken) {
        list(broken, "bad@test.net");

        assertThat(mail("matt@test.net").action()).isEqualTo(Action.DECLINED);
        assertThat(mail("bad@test.net").action()).isEqualTo(Action.DENY);
    }

    @Test
    void seesAChangedFile() {
        BadmailfromPlugin plugin = plugin(Map.of());
        list("bad@test.net");
        Address sender = Address.of("matt@test.net");
        assertThat(plugin.onMail(transaction, sender, Parameters.NONE).action())
                .isEqualTo(Action.DECLINED);

        list("matt@test.net");

        assertThat(plugin.onMail(transaction, sender, Parameters.NONE).action())
                .isEqualTo(Action.DENY);
    }

    @Test
    void toleratesWithReject0() {
        list("@test.net");

        assertThat(mail("matt@test.net", Map.of("reject", "0")))
                .isEqualTo(
                        HookResult.DECLINED
                                .because("fail, tolerated: matches @test.net")
                                .withKarma(-1));
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @Test
    void leavesTheRefusalToNaughty() {
        list("@test.net go away");

        assertThat(mail("matt@test.net", Map.of("reject", "naughty")))
                .isEqualTo(
                        HookResult.naughty(Action.DECLINED, "go away")
                                .because("fail, NAUGHTY: matches @test.net")
                                .withKarma(-1));
    }

    @Test
    void refusesByType() {
        list("@test.net");

        assertThat(mail("matt@test.net", Map.of("reject_type", "temp")).action())
                .isEqualTo(Action.DENYSOFT);
        assertThat(mail("matt@test.net", Map.of("reject_type", "disconnect")).action())
                .isEqualTo(Action.DENY_DISCONNECT);
    }

    @Test
    void doesNotStartWithAWrongSetting() {
        assertThatThrownBy(() -> plugin(Map.of("reject", "maybe")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maybe");
    }

    @Test
    void aRecipientMayHaveAListOfItsOwn() {
        list("bad@test.net");
        FakeConfig own = new FakeConfig().set("badmailfrom", "@test.com leave me alone");
        own.set("badmailfrom_patterns", "^spam");
        BadmailfromPlugin plugin = perRecipient(Map.of("reject_type", "temp"));

        assertThat(rcpt(plugin, "matt@test.com", own))
                .isEqualTo(
                        HookResult.denySoft("leave me alone")
                                .because("fail: matches @test.com")
                                .withKarma(-1));
        assertThat(rcpt(plugin, "spam@example.org", own).text()).isEqualTo(TEXT);
        assertThat(rcpt(plugin, "matt@test.net", own)).isEqualTo(HookResult.pass("not listed"));
        assertThat(rcpt(plugin, "matt@test.com", new FakeConfig()))
                .isEqualTo(HookResult.skip("empty list"));
        assertThat(rcpt(plugin(Map.of()), "matt@test.com", own)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void oneRecipientsListIsNotForNaughtyWhichRefusesAll() {
        FakeConfig own = new FakeConfig().set("badmailfrom", "@test.com");
        BadmailfromPlugin plugin = perRecipient(Map.of("reject", "naughty"));

        assertThat(rcpt(plugin, "matt@test.com", own).action()).isEqualTo(Action.DENY);
        connection.setRelayClient(true);
        assertThat(rcpt(plugin, "matt@test.com", own)).isEqualTo(HookResult.IMMUNE);
    }

    private static BadmailfromPlugin perRecipient(Map<String, String> settings) {
        return new BadmailfromPlugin(
                Configs.config(RejectSettings.class, settings),
                Configs.config(BadmailfromConfig.class, Map.of("per_recipient", true)),
                new FakePatterns());
    }

    private HookResult rcpt(BadmailfromPlugin plugin, String sender, FakeConfig own) {
        FakeTransaction sent = FakeTransaction.on(connection).withSender(sender);
        return plugin.onRcpt(sent, FakeRecipient.of("user@example.com").withConfig(own));
    }

    private void list(String... lines) {
        connection.config().set("badmailfrom", lines);
    }

    private HookResult mail(String sender) {
        return mail(sender, Map.of());
    }

    private HookResult mail(String sender, Map<String, String> settings) {
        return connection.answered(
                plugin(settings).onMail(transaction, Address.of(sender), Parameters.NONE));
    }

    private static BadmailfromPlugin plugin(Map<String, String> settings) {
        return new BadmailfromPlugin(
                Configs.config(RejectSettings.class, settings),
                Configs.config(BadmailfromConfig.class),
                new FakePatterns());
    }
}
