package org.qpsmtpd.api.answer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DsnStatusTest {
    @ParameterizedTest
    @CsvSource({
        "RELAYING_DENIED,  DENY,     Relaying denied (#5.7.1)",
        "NO_SUCH_USER,     DENY,     No such user (#5.1.1)",
        "UNSPECIFIED,      DENYSOFT, Other or Undefined Status (#4.0.0)",
        "SYS_DISK_FULL,    DENYSOFT, Mail system full. (#4.3.1)",
        "ADDR_RCPT_OK,     OK,       Destination address valid. (#2.1.5)",
        "TOO_MANY_RCPTS,   DENYSOFT, Too many recipients. (#4.5.3)"
    })
    void answersAsQpsmtpdDoes(DsnStatus status, Action action, String text) {
        assertThat(status.result()).isEqualTo(HookResult.of(action, text));
    }

    @Test
    void takesTextAndActionOfOnesOwn() {
        assertThat(DsnStatus.NO_SUCH_USER.result("who?"))
                .isEqualTo(HookResult.deny("who? (#5.1.1)"));
        assertThat(DsnStatus.NO_SUCH_USER.result(Action.DENYSOFT_DISCONNECT, "later"))
                .isEqualTo(HookResult.denySoftDisconnect("later (#4.1.1)"));
        assertThat(DsnStatus.SYS_DISK_FULL.result(Action.DENY, "never"))
                .isEqualTo(HookResult.deny("never (#5.3.1)"));
    }

    @ParameterizedTest
    @EnumSource(DsnStatus.class)
    void endsItsTextInACodeThatFits(DsnStatus status) {
        HookResult result = status.result();
        String digit =
                result.action() == Action.OK ? "2" : result.action().isTemporary() ? "4" : "5";

        assertThat(result.text()).matches(".+ \\(#" + digit + "\\.[0-7]\\.[0-9]\\)");
    }

    @Test
    void hasAllNamesOfQpsmtpd() {
        assertThat(DsnStatus.values()).hasSize(49);
    }
}
