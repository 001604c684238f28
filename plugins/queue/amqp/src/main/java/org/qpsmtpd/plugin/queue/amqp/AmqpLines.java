package org.qpsmtpd.plugin.queue.amqp;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.qpsmtpd.brokers.BrokerFailure;
import org.qpsmtpd.brokers.BrokerFailure.Kind;
import org.qpsmtpd.brokers.BrokerSettings;

/** Makes connections to one of some brokers. */
final class AmqpLines {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int HEARTBEAT_SECONDS = 10;

    private final BrokerSettings settings;
    private final String vhost;
    private final ConnectionFactory factory = new ConnectionFactory();

    AmqpLines(BrokerSettings settings, String vhost) {
        this.settings = settings;
        this.vhost = vhost;
        factory.setVirtualHost(vhost);
        if (!settings.user().isEmpty()) {
            factory.setUsername(settings.user());
            factory.setPassword(settings.password());
        }
        factory.setConnectionTimeout(CONNECT_MILLIS);
        factory.setHandshakeTimeout(CONNECT_MILLIS);
        factory.setChannelRpcTimeout(CONNECT_MILLIS);
        factory.setShutdownTimeout(1_000);
        factory.setRequestedHeartbeat(HEARTBEAT_SECONDS);
        // A first connection and a closed channel are not recovered; ours are all made anew.
        factory.setAutomaticRecoveryEnabled(false);
        factory.setTopologyRecoveryEnabled(false);
        settings.sslContext()
                .ifPresent(
                        context -> {
                            factory.useSslProtocol(context);
                            factory.enableHostnameVerification();
                        });
    }

    Connection open() throws BrokerFailure {
        List<Address> places =
                settings.servers().stream()
                        .map(server -> new Address(server.host(), server.port()))
                        .toList();
        String where = settings.servers().toString();
        try {
            return factory.newConnection(places, "qpsmtpd");
        } catch (PossibleAuthenticationFailureException e) {
            throw new BrokerFailure(
                    Kind.AWAY, where + " refuses user, password_file or vhost " + vhost, e);
        } catch (IOException | TimeoutException e) {
            throw new BrokerFailure(Kind.AWAY, where, AmqpFaults.root(e));
        }
    }
}
