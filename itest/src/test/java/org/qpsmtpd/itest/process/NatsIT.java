package org.qpsmtpd.itest.process;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The plugin queue/nats with the server of NATS, over TLS and with a password. */
class NatsIT extends BrokerScenarios {
    NatsIT(@TempDir Path folder) {
        super(folder);
    }

    @Override
    BrokerUnderTest broker(Path place) throws Exception {
        return new NatsServer(place);
    }
}
