package org.qpsmtpd.itest.process;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The plugin queue/kafka with Kafka itself, one node of it. */
class KafkaIT extends BrokerScenarios {
    KafkaIT(@TempDir Path folder) {
        super(folder);
    }

    @Override
    BrokerUnderTest broker(Path place) throws Exception {
        return new KafkaNode(place);
    }
}
