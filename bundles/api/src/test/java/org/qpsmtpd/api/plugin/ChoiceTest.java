package org.qpsmtpd.api.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;

class ChoiceTest {
    @Test
    void findsAWordInAnyCase() {
        assertThat(Choice.of(Action.class, "action", "Deny_Disconnect"))
                .isEqualTo(Action.DENY_DISCONNECT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "denied", " deny"})
    void saysWhatIsAllowed(String text) {
        assertThatThrownBy(() -> Choice.of(Reject.Mode.class, "mode", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mode '" + text + "' is not one of tolerate, refuse, defer");
    }
}
