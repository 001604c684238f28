package org.qpsmtpd.api.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PeerAddressTest {
    @ParameterizedTest
    @CsvSource({
        "localhost, 783, localhost:783",
        "a_b.example.com:99, 783, a_b.example.com:99",
        "192.0.2.1, 783, 192.0.2.1:783",
        "2001:db8::1, 783, [2001:db8::1]:783",
        "[2001:db8::1], 783, [2001:db8::1]:783",
        "[2001:db8::1]:65535, 0, [2001:db8::1]:65535",
        "/run/a.sock, 0, /run/a.sock"
    })
    void readsWhereAServiceIs(String text, int port, String shown) {
        assertThat(PeerAddress.parse("at", text, port)).hasToString(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":25",
                "host:",
                "host:0",
                "host:65536",
                "host:-1",
                "host:1x",
                "a b:1",
                "[::1",
                "[host]:1",
                "a:b:c",
                "run/a.sock",
                "/run/\0"
            })
    void refusesWhatIsNoPlace(String text) {
        assertThatThrownBy(() -> PeerAddress.parse("at", text, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("at '");
    }

    @Test
    void readsSeveral() {
        assertThat(PeerAddress.parseAll("at", "a:1, /b ,a:1", 0))
                .extracting(PeerAddress::toString)
                .containsExactly("a:1", "/b");
        assertThatThrownBy(() -> PeerAddress.parseAll("at", "a:1,,b:2", 0))
                .hasMessageStartingWith("at ''");
    }
}
