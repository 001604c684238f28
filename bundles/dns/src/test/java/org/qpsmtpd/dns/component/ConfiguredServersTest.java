package org.qpsmtpd.dns.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.net.NameServerAddress;
import org.qpsmtpd.testkit.FakeConfig;

class ConfiguredServersTest {
    private static final List<NameServerAddress> SYSTEM =
            List.of(NameServerAddress.parse("192.0.2.53"));

    @Test
    void readsTheFileAgain() {
        FakeConfig config = new FakeConfig().set("dns_servers");
        ConfiguredServers servers = new ConfiguredServers(config, () -> SYSTEM);
        assertThat(servers.get()).isEqualTo(SYSTEM);

        config.set("dns_servers", "127.0.0.1:5353 trusted", "nonsense", "[::1]", "[::1]");
        assertThat(servers.get())
                .containsExactly(
                        NameServerAddress.parse("127.0.0.1:5353 trusted"),
                        NameServerAddress.parse("[::1]:53"));
    }
}
