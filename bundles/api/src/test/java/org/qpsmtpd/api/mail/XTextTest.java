package org.qpsmtpd.api.mail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XTextTest {
    @Test
    void encodesWhatMayNotStand() {
        assertThat(XText.encode("a+b = \u00e9~!")).isEqualTo("a+2Bb+20+3D+20+C3+A9~!");
        assertThat(XText.decode("a+2Bb+20+3D+20+C3+A9~!")).contains("a+b = \u00e9~!");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a=b", "+", "+2", "+2b", "+G0", "+FF", "\u00e9", "a\tb"})
    void readsNothingElse(String value) {
        assertThat(XText.decode(value)).isEmpty();
    }
}
