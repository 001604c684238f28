package org.qpsmtpd.api.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameServerAddressTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1:53",
        "127.0.0.1:5353, 127.0.0.1:5353",
        "[2001:db8::1]:5353, [2001:db8:0:0:0:0:0:1]:5353",
        "[::1], [0:0:0:0:0:0:0:1]:53",
        "2001:db8::1, [2001:db8:0:0:0:0:0:1]:53",
    })
    void readsAddresses(String line, String address) {
        NameServerAddress server = NameServerAddress.parse(line);
        assertThat(server).hasToString(address);
        assertThat(server.isTrusted()).isFalse();
    }

    @Test
    void readsTrust() {
        assertThat(NameServerAddress.parse("127.0.0.1   Trusted").isTrusted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ns.example.org",
                "127.0.0.1:0",
                "127.0.0.1:65536",
                "127.0.0.1:",
                "127.0.0.1:dns",
                "0.0.0.0",
                "224.0.0.1",
                "127.0.0.1 5353",
                "127.0.0.1 trusted 2",
                "2001:db8::g",
            })
    void refusesOthers(String line) {
        assertThatThrownBy(() -> NameServerAddress.parse(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'");
    }
}
