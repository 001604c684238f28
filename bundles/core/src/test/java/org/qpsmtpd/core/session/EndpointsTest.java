package org.qpsmtpd.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointsTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1,                    192.0.2.1",
        "2001:db8:0:0:0:0:0:1,         2001:db8::1",
        "2001:DB8:0:0:1:0:0:1,         2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1,         2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1,           2001:0:0:1::1",
        "0:0:0:0:0:0:0:0,              ::",
        "0:0:0:0:0:0:0:1,              ::1",
        "1:0:0:0:0:0:0:0,              1::",
        "fe80:0:0:0:a:b:c:d,           fe80::a:b:c:d",
        "2001:db8:1:2:3:4:5:6,         2001:db8:1:2:3:4:5:6",
        "0:0:1:2:3:4:0:0,              ::1:2:3:4:0:0",
        "::ffff:192.0.2.7,             192.0.2.7"
    })
    void writesAddressesInTheirShortestForm(String address, String text) throws Exception {
        assertThat(Endpoints.text(InetAddress.getByName(address))).isEqualTo(text);
    }

    @Test
    void tellsBothEnds() throws Exception {
        Endpoints ends =
                Endpoints.of(
                        new InetSocketAddress("2001:db8::7", 40000),
                        new InetSocketAddress("192.0.2.1", 25));

        assertThat(ends.remoteIp()).isEqualTo("2001:db8::7");
        assertThat(ends.remotePort()).isEqualTo(40000);
        assertThat(ends.remoteAddress()).isEqualTo(InetAddress.getByName("2001:db8::7"));
        assertThat(ends.localIp()).isEqualTo("192.0.2.1");
        assertThat(ends.localPort()).isEqualTo(25);
    }
}
