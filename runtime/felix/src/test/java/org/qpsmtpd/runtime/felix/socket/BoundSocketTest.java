package org.qpsmtpd.runtime.felix.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.runtime.felix.options.ListenAddress;
import org.qpsmtpd.runtime.felix.report.StartFailure;

final class BoundSocketTest {
    private static final ListenAddress ANY_PORT = new ListenAddress("127.0.0.1", 0);

    @Test
    void listensAndTellsTheRealPort() throws Exception {
        BoundSocket listener = BoundSocket.bind(List.of(ANY_PORT), List.of(2525)).get(0);
        try (listener) {
            InetSocketAddress local = (InetSocketAddress) listener.channel().getLocalAddress();
            assertThat(listener.address()).isEqualTo("127.0.0.1:" + local.getPort());
            assertThat(local.getPort()).isPositive();
            assertThat(listener.channel().getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
            try (SocketChannel client = SocketChannel.open(local)) {
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    @Test
    void listensOnAllAddressesWhenNoneIsNamed() throws Exception {
        BoundSocket listener = BoundSocket.bind(List.of(), List.of(0)).get(0);
        try (listener) {
            InetSocketAddress local = (InetSocketAddress) listener.channel().getLocalAddress();
            assertThat(local.getAddress().isAnyLocalAddress()).isTrue();
        }
    }

    @Test
    void namesAddressAndReasonOfAPortInUse() throws Exception {
        BoundSocket first = BoundSocket.bind(List.of(ANY_PORT), List.of(2525)).get(0);
        try (first) {
            int port = ((InetSocketAddress) first.channel().getLocalAddress()).getPort();
            assertThat(refusal(new ListenAddress("127.0.0.1", port)))
                    .startsWith(
                            "FATAL: Failed to open socket on 127.0.0.1:"
                                    + port
                                    + ": Address already in use");
        }
    }

    @Test
    void namesAnAddressThatIsNotOurs() {
        assertThat(refusal(new ListenAddress("192.0.2.1", 0)))
                .contains("192.0.2.1:0", "Cannot assign requested address");
    }

    @ParameterizedTest
    @CsvSource({
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "2001:db8:0:0:0:0:0:1, 2001:db8::1",
        "fe80:0:0:0:1:0:0:0, fe80::1:0:0:0",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
        "1:2:3:4:5:6:0:8, 1:2:3:4:5:6:0:8",
        "100:0:0:0:0:0:0:0, 100::",
    })
    void writesIpv6Short(String whole, String shortened) {
        assertThat(BoundSocket.shortened(whole)).isEqualTo(shortened);
    }

    private static String refusal(ListenAddress address) {
        StartFailure failure =
                catchThrowableOfType(
                        StartFailure.class,
                        () -> closeAll(BoundSocket.bind(List.of(address), List.of(2525))));
        assertThat(failure.status()).isEqualTo(1);
        return failure.line();
    }

    private static void closeAll(List<BoundSocket> listeners) throws IOException {
        for (BoundSocket listener : listeners) {
            listener.close();
        }
    }
}
