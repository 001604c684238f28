package org.qpsmtpd.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Security row 10. */
class LogTextTest {
    @Test
    void keepsPlainTextAsItIs() {
        String text = "plain caf\u00e9 \u4f60 \ud83d\ude00 %s %n ${jndi:ldap://x}";

        assertThat(LogText.clean(text)).isSameAs(text);
    }

    @Test
    void escapesWhatWouldBreakTheLine() {
        assertThat(LogText.clean("a\r\nb\tc\u001b[31m\u0000\u007f\u0085\u009b"))
                .isEqualTo("a\\x0d\\x0ab\\x09c\\x1b[31m\\x00\\x7f\\x85\\x9b");
        assertThat(LogText.clean("a\u2028b\u2029c\u202ed\u2066e"))
                .isEqualTo("a\\u2028b\\u2029c\\u202ed\\u2066e");
    }

    @ParameterizedTest
    @ValueSource(ints = {2000, 2001, 100_000_00})
    void cutsLongText(int length) {
        assertThat(LogText.clean("x".repeat(length)))
                .isEqualTo("x".repeat(2000) + (length > 2000 ? "..." : ""));
    }
}
