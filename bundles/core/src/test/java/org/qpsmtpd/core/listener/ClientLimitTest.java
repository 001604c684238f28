package org.qpsmtpd.core.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.net.Network;

class ClientLimitTest {
    private static final InetAddress CLIENT = Network.parseAddress("192.0.2.7");
    private static final InetAddress OTHER = Network.parseAddress("192.0.2.8");

    /** Twice as many, or three more, but not all that there are. */
    @ParameterizedTest
    @CsvSource({
        "10, 50000, 20",
        "5, 50000, 10",
        "2, 50000, 5",
        "1, 50000, 4",
        "10, 0, 20",
        "5, 15, 10",
        "10, 15, 12",
        "10, 16, 12",
        "15, 15, 15",
        "20, 15, 20"
    })
    void followsFromBothOptions(int maxFromIp, int limitConnections, int most) {
        ClientLimit limit = new ClientLimit(maxFromIp, limitConnections);
        for (int i = 1; i <= most; i++) {
            assertThat(limit.admits(new EmbeddedChannel(), CLIENT)).as("number %d", i).isTrue();
        }
        assertThat(limit.admits(new EmbeddedChannel(), CLIENT)).isFalse();
        assertThat(limit.admits(new EmbeddedChannel(), OTHER)).isTrue();
    }

    @Test
    void zeroIsNoLimit() {
        ClientLimit limit = new ClientLimit(0, 10);
        for (int i = 0; i < 1000; i++) {
            assertThat(limit.admits(new EmbeddedChannel(), CLIENT)).isTrue();
        }
    }

    @Test
    void countsWhatIsOpen() {
        ClientLimit limit = new ClientLimit(1, 0);
        List<EmbeddedChannel> open = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            open.add(new EmbeddedChannel());
            limit.admits(open.get(i), CLIENT);
        }
        assertThat(limit.heldBy(CLIENT)).isEqualTo(5);
        assertThat(limit.heldBy(OTHER)).isEqualTo(1);

        open.subList(0, 2).forEach(EmbeddedChannel::finish);
        assertThat(limit.heldBy(CLIENT)).isEqualTo(3);
        assertThat(limit.admits(new EmbeddedChannel(), CLIENT)).isTrue();
    }
}
