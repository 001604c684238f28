package org.qpsmtpd.api.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.HookResult.Later;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.mail.Parameters;

class HookResultTest {
    @Test
    void equalsWhatSaysTheSame() {
        assertThat(HookResult.deny(""))
                .isEqualTo(HookResult.DENY)
                .hasSameHashCodeAs(HookResult.DENY);
        assertThat(HookResult.deny("a")).isEqualTo(HookResult.of(Action.DENY, "a"));
        assertThat(HookResult.deny("a")).isNotEqualTo(HookResult.deny("b"));
        assertThat(HookResult.OK.because("pass: x")).isNotEqualTo(HookResult.OK);
        assertThat(HookResult.DENY.withCode(554)).isNotEqualTo(HookResult.DENY);
        assertThat(HookResult.naughty(Action.DENY, "a"))
                .isNotEqualTo(HookResult.of(Action.DECLINED, "a"));
    }

    @Test
    void hasAWordForEachAction() {
        assertThat(HookResult.ok("t").action()).isEqualTo(Action.OK);
        assertThat(HookResult.deny("t").action()).isEqualTo(Action.DENY);
        assertThat(HookResult.denySoft("t").action()).isEqualTo(Action.DENYSOFT);
        assertThat(HookResult.denyDisconnect("t").action()).isEqualTo(Action.DENY_DISCONNECT);
        assertThat(HookResult.denySoftDisconnect("t").action())
                .isEqualTo(Action.DENYSOFT_DISCONNECT);
        assertThat(HookResult.done(252, "we will see").action()).isEqualTo(Action.DONE);
        assertThat(HookResult.done(252, "we will see").code()).isEqualTo(252);
    }

    @Test
    void begetsReasons() {
        assertThat(HookResult.pass("ours").reason()).isEqualTo("pass: ours");
        assertThat(HookResult.skip("local").reason()).isEqualTo("skip: local");
        assertThat(HookResult.skip("local").action()).isEqualTo(Action.DECLINED);
        assertThat(HookResult.deny("a").because("fail: b").text()).isEqualTo("a");
    }

    @ParameterizedTest
    @CsvSource({
        "DENY, 550, true",
        "DENY, 521, true",
        "DENY, 450, false",
        "DENY, 250, false",
        "DENYSOFT, 421, true",
        "DENYSOFT, 550, false",
        "DENY_DISCONNECT, 554, true",
        "DENYSOFT_DISCONNECT, 451, true",
        "OK, 250, true",
        "OK, 214, true",
        "OK, 600, false",
        "OK, 199, false"
    })
    void takesACodeThatFitsTheAction(Action action, int code, boolean fits) {
        HookResult result = HookResult.of(action, "");

        if (fits) {
            assertThat(result.withCode(code).code()).isEqualTo(code);
        } else {
            assertThatThrownBy(() -> result.withCode(code))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("reply code " + code + " with " + action);
        }
    }

    @Test
    void leavesRefusalsForLater() {
        HookResult result = HookResult.naughty(Action.DENY_DISCONNECT, "go");

        assertThat(result.action()).isEqualTo(Action.DECLINED);
        assertThat(result.naughtyType()).contains(Action.DENY_DISCONNECT);
        assertThat(result.text()).isEqualTo("go");
        assertThatThrownBy(() -> HookResult.naughty(Action.OK, "go"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void saysThatItComesLater() {
        CompletableFuture<HookResult> stage = new CompletableFuture<>();

        assertThat(HookResult.later(stage).pending().map(Later::stage)).containsSame(stage);
        assertThat(HookResult.OK.pending()).isEmpty();
        assertThat(HookResult.later(stage)).hasToString("later");
    }

    @Test
    void hasTheNumbersOfQpsmtpd() {
        assertThat(Action.OK.number()).isEqualTo(900);
        assertThat(Action.DENY.number()).isEqualTo(901);
        assertThat(Action.DENYSOFT.number()).isEqualTo(902);
        assertThat(Action.DENY_DISCONNECT.number()).isEqualTo(903);
        assertThat(Action.DENYSOFT_DISCONNECT.number()).isEqualTo(904);
        assertThat(Action.DECLINED.number()).isEqualTo(909);
        assertThat(Action.DONE.number()).isEqualTo(910);
    }

    @Test
    void hasAllHooks() {
        assertThat(HookPoint.values())
                .extracting(HookPoint::hookName)
                .hasSize(43)
                .doesNotHaveDuplicates()
                .contains(
                        "pre-connection",
                        "post-connection",
                        "unrecognized_command",
                        "data_headers_end",
                        "auth-cram-md5");
        assertThat(HookPoint.values())
                .extracting(HookPoint::type)
                .doesNotHaveDuplicates()
                .allMatch(Class::isInterface);
    }

    @Test
    @SuppressWarnings("NullAway") // it is what plugins do that are not checked for it
    void isNeverWithoutItsParts() {
        assertThatThrownBy(() -> HookResult.later(null)).hasMessageContaining("stage");
        assertThatThrownBy(() -> HookResult.deny(null)).hasMessageContaining("text");
        assertThatThrownBy(() -> HookResult.OK.because(null)).hasMessageContaining("reason");
        assertThatThrownBy(() -> HookResult.of(null, "")).hasMessageContaining("action");
    }

    @Test
    void isThereWhenACommandHasBeenRead() {
        HookResult later = HookResult.later(new CompletableFuture<>());

        assertThatThrownBy(() -> new ParsedCommand(later, "", Parameters.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("later");
    }

    @Test
    void carriesKarmaAndItsReason() {
        HookResult answer = HookResult.deny("no", "listed").withKarma(-2);

        assertThat(answer)
                .isEqualTo(HookResult.deny("no").withKarma(-2).because("fail: listed"))
                .isNotEqualTo(HookResult.deny("no", "listed"));
        assertThat(answer.karma()).isEqualTo(-2);
        assertThat(answer.withCode(551).because("fail: x").karma()).isEqualTo(-2);
        assertThat(HookResult.denySoft("no", "busy").reason()).isEqualTo("fail: busy");
        assertThat(answer).hasToString("DENY 'no' karma -2 because fail: listed");
    }
}
