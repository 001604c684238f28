package org.qpsmtpd.mailauth.spf;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressesTest {
    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "255.255.255.255"})
    void readsIpv4(String text) throws Exception {
        assertThat(Addresses.ipv4(text)).isEqualTo(InetAddress.getByName(text).getAddress());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "01.2.3.4",
                "1.2.3.04",
                "1.2..4",
                "1.2.3.4 ",
                "a.2.3.4",
                "1.2.3.-4",
                "1.2.3.4:25",
                "0x1.2.3.4"
            })
    void readsNoOtherTextAsIpv4(String text) {
        assertThat(Addresses.ipv4(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "::",
                "::1",
                "1::",
                "2001:db8::1",
                "1:2:3:4:5:6:7:8",
                "::1.2.3.4",
                "64:ff9b::1.2.3.4",
                "1:2:3:4:5:6:7::",
                "::2:3:4:5:6:7:8",
                "1:2:3:4:5:6:1.2.3.4",
                "CAFE:babe::"
            })
    void readsIpv6(String text) throws Exception {
        assertThat(Addresses.ipv6(text)).isEqualTo(InetAddress.getByName(text).getAddress());
    }

    @Test
    void readsAMappedAddressAsIpv6() {
        assertThat(Addresses.ipv6("::ffff:192.0.2.1")).hasSize(16);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "1",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                ":1::",
                "1:",
                "12345::",
                "::g",
                "1:2:3:4::5:6:7:8",
                "::1.2.3",
                "::01.2.3.4",
                "1.2.3.4::",
                "fe80::1%eth0",
                "[::1]",
                "::1/64",
                "1:2:3:4:5:6:7:1.2.3.4"
            })
    void readsNoOtherTextAsIpv6(String text) {
        assertThat(Addresses.ipv6(text)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "0:0:0:0:0:0:0:0, ::",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "ABCD:0:0:0:0:0:0:0, abcd::",
        "192.0.2.1, 192.0.2.1"
    })
    void writesForPeople(String text, String readable) throws Exception {
        assertThat(Addresses.readable(InetAddress.getByName(text))).isEqualTo(readable);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.255, 24, true",
        "192.0.2.1, 192.0.3.1, 24, false",
        "192.0.2.1, 192.0.3.1, 23, true",
        "192.0.2.1, 1.1.1.1, 0, true",
        "192.0.2.1, 192.0.2.1, 32, true",
        "192.0.2.1, 192.0.2.0, 32, false",
        "2001:db8::1, 2001:db8:8000::1, 33, false",
        "2001:db8::1, 2001:db8:8000::1, 32, true",
        "192.0.2.1, ::, 0, false"
    })
    void comparesNetworks(String address, String network, int prefix, boolean is) throws Exception {
        assertThat(
                        Addresses.isWithin(
                                InetAddress.getByName(address).getAddress(),
                                InetAddress.getByName(network).getAddress(),
                                prefix))
                .isEqualTo(is);
    }
}
