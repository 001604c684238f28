package org.qpsmtpd.plugin.badrcptto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakePatterns;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class BadrcpttoPluginTest {
    private final BadrcpttoPlugin plugin = new BadrcpttoPlugin(new FakePatterns());
    private final FakeConnection connection = FakeConnection.create();
    private final FakeTransaction transaction =
            FakeTransaction.on(connection).withSender("matt@example.org");

    @ParameterizedTest
    @CsvSource({
        "matt@example.com, matt@example.com, true",
        "matt@exAmple.com, matt@example.com, true",
        "mAtt@example.com, matt@example.com, true",
        "matt@example.com, mAtt@exAmple.com, true",
        "matt@exmple.com,  matt@example.com, false",
        "matt@example.com, matt@exAple.com,  false",
        "matt@example.com, @example.com,     true",
        "matt@exAmple.com, @Example.com,     true",
        "matt@example.com, @example.not,     false",
        "matt@example.not, @example.com,     false",
        "matt@example.com, example.com$,     true",
        "matt@example.com, example.not$,     false",
        "matt@example.com, ^MATT@EXAMPLE,    true",
        "matt@example.com, ^[A-Z]+@,         true",
        "matt1@example.com, ^\\D+@,          false",
        "a%b@example.com,  %,                true"
    })
    void matchesAddressHostOrExpression(String recipient, String entry, boolean matches) {
        list(entry);

        assertThat(rcpt(recipient).action()).isEqualTo(matches ? Action.DENY : Action.DECLINED);
    }

    @ParameterizedTest
    @CsvSource({"user@example.com, DECLINED", "bad@example.com, DENY", "any@bad.example.com, DENY"})
    void decidesBySampleFile(String recipient, Action action) {
        list("# sample", "bad@example.com", "@bad.example.com");

        assertThat(rcpt(recipient).action()).isEqualTo(action);
    }

    @Test
    void namesThePatternWithoutAReason() {
        list("@bad.example.com");

        assertThat(rcpt("any@bad.example.com"))
                .isEqualTo(
                        HookResult.deny("mail to @bad.example.com not accepted here (#5.1.1)")
                                .because("fail: matches @bad.example.com")
                                .withKarma(-2));
        assertThat(connection.karma()).isEqualTo(-2);
    }

    @Test
    void givesTheReasonOfTheLine() {
        list("bad@example.com  moved away (#5.1.6)");

        assertThat(rcpt("bad@example.com").text()).isEqualTo("moved away (#5.1.6)");
        assertThat(connection.karma()).isEqualTo(-2);
    }

    @Test
    void theFirstMatchGivesTheReason() {
        list("@example.com first", "bad@example.com second");

        assertThat(rcpt("bad@example.com").text()).isEqualTo("first");
    }

    @Test
    void passesOtherRecipients() {
        list("bad@example.com");

        assertThat(rcpt("user@example.com")).isEqualTo(HookResult.pass("not listed"));
        assertThat(connection.karma()).isZero();
    }

    @Test
    void skipsAnEmptyList() {
        assertThat(rcpt("user@example.com")).isEqualTo(HookResult.skip("empty list"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "postmaster", "@example.com"})
    void skipsHalfAnAddress(String recipient) {
        list(".*", "@example.com");

        assertThat(rcpt(recipient)).isEqualTo(HookResult.skip("missing user or host"));
    }

    @Test
    void refusesForImmuneClientsToo() {
        list("bad@example.com");
        transaction.notes().put(NoteKey.WHITELIST_SENDER, "listed");

        assertThat(rcpt("bad@example.com").action()).isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.com", "user@", "^(user"})
    void leavesOutBrokenLines(String broken) {
        list(broken, "bad@example.com");

        assertThat(rcpt("user@example.com").action()).isEqualTo(Action.DECLINED);
        assertThat(rcpt("bad@example.com").action()).isEqualTo(Action.DENY);
    }

    @Test
    void seesAChangedFile() {
        list("bad@example.com");
        assertThat(rcpt("user@example.com").action()).isEqualTo(Action.DECLINED);

        list("user@example.com");

        assertThat(rcpt("user@example.com").action()).isEqualTo(Action.DENY);
    }

    @Test
    void aListOfTheRecipientCountsBesidesTheServers() {
        list("bad@example.com");
        FakeConfig own = new FakeConfig().set("badrcptto", "left@example.com gone");

        assertThat(rcpt("left@example.com", own).text()).isEqualTo("gone");
        assertThat(rcpt("bad@example.com", own).action()).isEqualTo(Action.DENY);
        assertThat(rcpt("good@example.com", own)).isEqualTo(HookResult.pass("not listed"));
        list();
        own.set("badrcptto").set("badrcptto_patterns", "^old gone too");
        assertThat(rcpt("old@example.com", own).text()).isEqualTo("gone too");
    }

    private HookResult rcpt(String recipient, FakeConfig own) {
        return plugin.onRcpt(transaction, FakeRecipient.of(recipient).withConfig(own));
    }

    private void list(String... lines) {
        connection.config().set("badrcptto", lines);
    }

    private HookResult rcpt(String recipient) {
        return connection.answered(plugin.onRcpt(transaction, FakeRecipient.of(recipient)));
    }
}
