package org.qpsmtpd.plugin.rcptregexp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.FakePatterns;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class RcptRegexpPluginTest {
    private final RcptRegexpPlugin plugin = new RcptRegexpPlugin(new FakePatterns());
    private final FakeTransaction transaction = FakeTransaction.create();

    private HookResult rcpt(String recipient) {
        return plugin.onRcpt(transaction, FakeRecipient.of(recipient));
    }

    private void list(String... lines) {
        transaction.connection().config().set("rcpt_regexp", lines);
    }

    @ParameterizedTest
    @CsvSource({
        "user1@example.com, OK, ''",
        "USER1@Example.com, OK, ''",
        "user2@example.com, DENY, User not found.",
        "info-x@example.com, DENYSOFT, a/b",
        "spam99@example.com, DENY_DISCONNECT, ''",
        "SPAM99@example.com, DENY_DISCONNECT, ''",
        "later@example.com, DECLINED, ''",
        "other@example.org, DECLINED, ''"
    })
    void theFirstLineThatMatchesDecides(String recipient, Action action, String text) {
        list(
                "user1@example.com OK",
                "user2@example.com\tDENY   User not found.",
                "/^info-[a-z/]+@/ DENYSOFT a/b",
                "/^spam\\d+@/ DENYHARD",
                "later@example.com DECLINED",
                "later@example.com DENY never reached");

        HookResult result = rcpt(recipient);

        assertThat(result.action()).isEqualTo(action);
        assertThat(result.text()).isEqualTo(text);
    }

    @Test
    void saysWhichLineDecided() {
        list("/^a/ DENY no");

        assertThat(rcpt("a@example.com"))
                .isEqualTo(HookResult.deny("no").because("fail: DENY by /^a/"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"postmaster", ""})
    void declinesWithoutAHost(String recipient) {
        list("/./ DENY");

        assertThat(rcpt(recipient)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void leavesOutWhatCannotBeRead() {
        list("/(/ DENY", "a@example.com PERHAPS", "a@example.com DENY");

        assertThat(rcpt("a@example.com").action()).isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/^a | does not end in /",
                "a@b.c | has no return code such as DENY",
                "a@b.c DONE | 'DONE' is not one of OK, DECLINED",
                "word DENY | 'word' is neither an address USER@HOST nor /EXPRESSION/",
                "/(a)\\1/ DENY | back reference"
            })
    void saysWhatIsWrongWithALine(String line, String message) {
        assertThatThrownBy(() -> plugin.checkLine("rcpt_regexp", line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void takesGoodLines() {
        plugin.checkLine("rcpt_regexp", "/^a b$/ DENY no");
    }
}
