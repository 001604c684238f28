package org.qpsmtpd.runtime.felix.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.runtime.felix.report.StartFailure;

final class ListenAddressTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1, 2525",
        "127.0.0.1:25, 127.0.0.1, 25",
        "mail.example.com, mail.example.com, 2525",
        "mail-1:0, mail-1, 0",
        "[::], [::], 2525",
        "[2001:db8::1]:65535, [2001:db8::1], 65535",
        "[::ffff:192.0.2.1]:1, [::ffff:192.0.2.1], 1",
    })
    void readsHostAndPort(String text, String host, int port) throws StartFailure {
        assertThat(ListenAddress.parse("--interface", text, 2525))
                .isEqualTo(new ListenAddress(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":25",
                "::1",
                "2001:db8::1",
                "[::1",
                "[]",
                "[127.0.0.1]",
                "[::g]",
                "[1::2::3]",
                "127.0.0.1:",
                "127.0.0.1:65536",
                "127.0.0.1:-1",
                "127.0.0.1:25:26",
                "127.1",
                "256.0.0.1",
                "1.2.3.4.5",
                "a b",
                "a/b",
                "-a",
            })
    void refusesAnotherShape(String text) {
        assertThatThrownBy(() -> ListenAddress.parse("--interface", text, 2525))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("--interface: Malformed listen address '" + text + "'");
    }
}
