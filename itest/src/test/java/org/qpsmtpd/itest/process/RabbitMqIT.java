package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;

/** The plugin queue/amqp with RabbitMQ. */
class RabbitMqIT extends BrokerScenarios {
    RabbitMqIT(@TempDir Path folder) {
        super(folder);
    }

    @Override
    BrokerUnderTest broker(Path place) {
        return new RabbitMqNode(place);
    }

    @Test
    void nothingGoesWhereItWouldNotStay() throws Exception {
        RabbitMqNode node = (RabbitMqNode) emptyBroker();
        try (Connection connection = node.connect();
                Channel channel = connection.createChannel()) {
            channel.queueDeclare("brief", false, false, false, null);
        }
        try (ServerUnderTest server = server(node.line().replace(" mail", " brief"))) {
            server.awaitLog("queue brief is not durable: ");
            assertThat(send(server, "brief").code()).isEqualTo(451);
        }
        try (ServerUnderTest server = server(node.line() + ".%d exchange amq.topic")) {
            assertThat(send(server, "unroutable").toString()).startsWith("451 4.3.0");
            server.awaitLog("no queue takes routing key mail.example.com: NO_ROUTE");
        }
    }
}
