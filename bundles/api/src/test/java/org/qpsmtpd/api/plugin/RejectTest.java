package org.qpsmtpd.api.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.Reject.Mode;

class RejectTest {
    /** The settings as a line of config/plugins would give them. */
    private static RejectSettings settings(String reject, String type) {
        Object settings =
                Proxy.newProxyInstance(
                        RejectTest.class.getClassLoader(),
                        new Class<?>[] {RejectSettings.class},
                        (proxy, method, arguments) ->
                                method.getName().equals("reject") ? reject : type);
        return (RejectSettings) settings;
    }

    @ParameterizedTest
    @CsvSource({
        "1, REFUSE",
        "yes, REFUSE",
        "TRUE, REFUSE",
        "0, TOLERATE",
        "no, TOLERATE",
        "'', TOLERATE",
        "naughty, DEFER",
        "Naughty, DEFER"
    })
    void readsTheMode(String text, Mode mode) {
        assertThat(Reject.of(settings(text, "")).mode()).isEqualTo(mode);
    }

    @ParameterizedTest
    @CsvSource({
        "perm, DENY",
        "hard, DENY",
        "temp, DENYSOFT",
        "SOFT, DENYSOFT",
        "disconnect, DENY_DISCONNECT",
        "temp_disconnect, DENYSOFT_DISCONNECT",
        "'', DENYSOFT"
    })
    void readsTheType(String text, Action type) {
        assertThat(Reject.of(settings("1", text), Action.DENYSOFT).type()).isEqualTo(type);
    }

    @Test
    void readsSettingsThatAPluginDeclaresItself() {
        assertThat(Reject.of("naughty", "disconnect", Action.DENY))
                .isEqualTo(new Reject(Mode.DEFER, Action.DENY_DISCONNECT, true));
        assertThat(Reject.of("0", "", Action.DENYSOFT))
                .isEqualTo(new Reject(Mode.TOLERATE, Action.DENYSOFT, false));
    }

    @Test
    void deniesWhenNoTypeIsGiven() {
        assertThat(Reject.of(settings("1", "")).type()).isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "maybe", "-1"})
    void refusesOtherModes(String text) {
        assertThatThrownBy(() -> Reject.of(settings(text, "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("reject '" + text + "' is not one of 0, 1, naughty");
    }

    @Test
    void refusesOtherTypes() {
        assertThatThrownBy(() -> Reject.of(settings("1", "loud")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("reject_type 'loud' is not one of perm, hard,");
    }

    @Test
    void decides() {
        assertThat(Reject.of(settings("1", "temp")).decide("no", "why"))
                .isEqualTo(HookResult.denySoft("no").because("fail: why"));
        assertThat(Reject.of(settings("0", "temp")).decide("no"))
                .isEqualTo(HookResult.DECLINED.because("fail, tolerated: no"));
        assertThat(Reject.of(settings("naughty", "perm")).decide("no"))
                .isEqualTo(HookResult.naughty(Action.DENY, "no").because("fail, NAUGHTY: no"));
    }
}
