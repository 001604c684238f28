package org.qpsmtpd.api.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.2.3.4",
                "1.0.0.0",
                "254.254.254.254",
                "255.255.255.255",
                "::1",
                "[2001:db8::1]",
                "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                "::ffff:192.0.2.1"
            })
    void readsAddresses(String text) {
        assertThat(Network.parseAddress(text)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3.256",
                "256.1.1.1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.4 ",
                "1.2..4",
                "1",
                "2001:db8:ffff:ffff:ffff:ffff:ffff:fffj",
                "2001:db8",
                ":",
                "1:2:3:4:5:6:7:8:9",
                "localhost",
                "example.com",
                "[1.2.3.4",
                "fe80::1%lo",
                "0x7f.1.1.1",
                ".:"
            })
    void refusesWhatIsNoAddress(String text) {
        assertThat(Network.address(text)).isEmpty();
        assertThatThrownBy(() -> Network.parseAddress(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is not an IP address");
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/24,    192.0.2.255,        true",
        "192.0.2.77/24,   192.0.2.1,          true",
        "192.0.2.0/24,    192.0.3.0,          false",
        "192.0.2.0/31,    192.0.2.1,          true",
        "192.0.2.0/31,    192.0.2.2,          false",
        "192.0.2.1,       192.0.2.1,          true",
        "192.0.2.1,       192.0.2.2,          false",
        "0.0.0.0/0,       255.1.2.3,          true",
        "0.0.0.0/0,       ::1,                false",
        "127.0.0.0/8,     127.255.0.1,        true",
        "128.0.0.0/1,     127.255.0.1,        false",
        "2001:db8::/32,   2001:db8:ffff::1,   true",
        "2001:db8::/33,   2001:db8:8000::1,   false",
        "2001:db8::/33,   2001:db8:7fff::1,   true",
        "::/0,            2001:db8::1,        true",
        "::ffff:1.2.3.4,  1.2.3.4,            true",
        "2001:db8::1/128, 2001:db8::2,        false"
    })
    void contains(String network, String address, boolean inside) {
        assertThat(Network.parse(network).contains(Network.parseAddress(address)))
                .isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.2.3.4/33",
                "::1/129",
                "1.2.3.4/",
                "1.2.3.4/x",
                "1.2.3.4/-1",
                "1.2.3.4/1/2",
                "1.2.3.4/9999",
                "example.com/8",
                "/8"
            })
    void refusesWhatIsNoNetwork(String text) {
        assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void clearsTheBitsBehindThePrefix() {
        assertThat(Network.parse("192.0.2.77/24")).isEqualTo(Network.parse("192.0.2.0/24"));
        assertThat(Network.parse("192.0.2.77/24")).hasToString("192.0.2.0/24");
    }
}
