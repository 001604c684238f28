package org.qpsmtpd.plugin.queue.nats;

import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.brokers.BrokerFailure;
import org.qpsmtpd.brokers.BrokerFailure.Kind;
import org.qpsmtpd.brokers.BrokerSettings;

/** Makes connections to one of some servers. */
final class NatsLines {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration PING_INTERVAL = Duration.ofSeconds(10);

    private final BrokerSettings settings;

    NatsLines(BrokerSettings settings) {
        this.settings = settings;
    }

    /**
     * @param lost told when it is closed
     */
    Connection open(Consumer<String> lost) throws BrokerFailure {
        String where = settings.servers().toString();
        try {
            return Nats.connect(options(where, lost));
        } catch (AuthenticationException e) {
            throw new BrokerFailure(Kind.AWAY, where + " refuses user or password_file", e);
        } catch (IOException e) {
            throw new BrokerFailure(Kind.AWAY, where, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerFailure(Kind.AWAY, where + ": interrupted");
        }
    }

    private Options options(String where, Consumer<String> lost) {
        Options.Builder options =
                new Options.Builder()
                        .connectionName("qpsmtpd")
                        .connectionTimeout(CONNECT_LIMIT)
                        .pingInterval(PING_INTERVAL)
                        .maxReconnects(0)
                        // What is told to a listener is in the failures, too.
                        .errorListener(new ErrorListener() {})
                        .connectionListener(
                                (connection, event) -> {
                                    if (connection.getStatus() == Connection.Status.CLOSED
                                            || connection.getStatus()
                                                    == Connection.Status.DISCONNECTED) {
                                        lost.accept(where + ": " + said(connection));
                                    }
                                });
        settings.servers().forEach(server -> options.server(url(server)));
        settings.sslContext().ifPresent(options::sslContext);
        if (!settings.user().isEmpty()) {
            options.userInfo(settings.user(), settings.password());
        } else if (!settings.password().isEmpty()) {
            options.token(settings.password().toCharArray());
        }
        return options.build();
    }

    private String url(PeerAddress server) {
        return (settings.isEncrypted() ? "tls://" : "nats://") + server;
    }

    private static String said(Connection connection) {
        String last = connection.getLastError();
        return last == null || last.isEmpty() ? "the connection has ended" : last;
    }
}
