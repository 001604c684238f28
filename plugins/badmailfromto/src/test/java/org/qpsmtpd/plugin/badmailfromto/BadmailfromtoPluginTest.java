package org.qpsmtpd.plugin.badmailfromto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class BadmailfromtoPluginTest {
    private final BadmailfromtoPlugin plugin = new BadmailfromtoPlugin();
    private final FakeConnection connection = FakeConnection.create();

    @Test
    void refusesAListedPair() {
        list("matt@test.net\tuser@example.com");

        assertThat(rcpt("matt@test.net", "user@example.com"))
                .isEqualTo(
                        HookResult.deny("mail to user@example.com not accepted here (#5.1.1)")
                                .because("fail: matt@test.net listed with user@example.com"));
    }

    @ParameterizedTest
    @CsvSource({
        "matt@test.net, user@example.com, DENY",
        "MATT@Test.net, User@eXample.com, DENY",
        "bert@host.net, user@example.com, DENY",
        "bert@HOST.net, root@example.com, DENY",
        "matt@test.net, root@example.com, DECLINED",
        "bert@test.net, user@example.com, DECLINED",
        "a@sub.host.net, user@example.com, DECLINED",
        "matt@test.net, postmaster, DECLINED"
    })
    void comparesSenderAndRecipient(String sender, String recipient, Action action) {
        list(
                "Matt@test.NET  USER@example.com",
                "@Host.net user@example.com",
                "@host.net root@example.com and a remark");

        assertThat(rcpt(sender, recipient).action()).isEqualTo(action);
    }

    @ParameterizedTest
    @CsvSource({
        "joe@xn--mnchen-3ya.example, amy@fa\u00df.example",
        "joe@M\u00dcNCHEN.example,  amy@XN--FA-HIA.example"
    })
    void eachSpellingOfAHostIsTheSame(String sender, String recipient) {
        list("@m\u00fcnchen.example amy@xn--fa-hia.example");

        assertThat(rcpt(sender, recipient).action()).isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"one@example.com", "two@example.com", "three@example.com"})
    void everyLineOfASenderCounts(String recipient) {
        list(
                "matt@test.net one@example.com",
                "@test.net two@example.com",
                "matt@test.net three@example.com");

        assertThat(rcpt("matt@test.net", recipient).action()).isEqualTo(Action.DENY);
    }

    @Test
    void refusesRelayClientsToo() {
        list("matt@test.net user@example.com");
        connection.setRelayClient(true);

        assertThat(rcpt("matt@test.net", "user@example.com").action()).isEqualTo(Action.DENY);
    }

    @Test
    void passesOtherPairs() {
        list("bad@example.com user@example.com");

        assertThat(rcpt("matt@example.com", "user@example.com"))
                .isEqualTo(HookResult.pass("not listed"));
    }

    @Test
    void skipsAnEmptyList() {
        assertThat(rcpt("matt@example.com", "user@example.com"))
                .isEqualTo(HookResult.skip("empty list"));
    }

    @Test
    void skipsTheNullSender() {
        list("bad@example.com user@example.com");

        assertThat(rcpt("", "user@example.com")).isEqualTo(HookResult.skip("null sender"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"matt@", "@example.com"})
    void skipsHalfAnAddress(String sender) {
        list("@example.com user@example.com");

        assertThat(rcpt(sender, "user@example.com"))
                .isEqualTo(HookResult.skip("missing user or host"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@test.net",
                "test.net user@example.com",
                "matt@ user@example.com",
                "matt@test.net user",
                "matt@test.net @example.com"
            })
    void leavesOutBrokenLines(String broken) {
        list(broken, "bad@test.net user@example.com");

        assertThat(rcpt("matt@test.net", "user@example.com").action()).isEqualTo(Action.DECLINED);
        assertThat(rcpt("bad@test.net", "user@example.com").action()).isEqualTo(Action.DENY);
    }

    @Test
    void seesAChangedFile() {
        list("bad@test.net user@example.com");
        assertThat(rcpt("matt@test.net", "user@example.com").action()).isEqualTo(Action.DECLINED);

        list("matt@test.net user@example.com");

        assertThat(rcpt("matt@test.net", "user@example.com").action()).isEqualTo(Action.DENY);
    }

    @Test
    void aListOfTheRecipientCountsBesidesTheServers() {
        list("matt@test.net user@example.com");
        FakeConfig own = new FakeConfig().set("badmailfromto", "@host.net user@example.com");

        assertThat(rcpt("any@host.net", own).action()).isEqualTo(Action.DENY);
        assertThat(rcpt("matt@test.net", own).action()).isEqualTo(Action.DENY);
        assertThat(rcpt("other@test.net", own)).isEqualTo(HookResult.pass("not listed"));
        list();
        assertThat(rcpt("any@host.net", own).action()).isEqualTo(Action.DENY);
    }

    private HookResult rcpt(String sender, FakeConfig own) {
        FakeTransaction transaction = FakeTransaction.on(connection).withSender(sender);
        return plugin.onRcpt(transaction, FakeRecipient.of("user@example.com").withConfig(own));
    }

    private void list(String... lines) {
        connection.config().set("badmailfromto", lines);
    }

    private HookResult rcpt(String sender, String recipient) {
        FakeTransaction transaction = FakeTransaction.on(connection).withSender(sender);
        return plugin.onRcpt(transaction, FakeRecipient.of(recipient));
    }
}
