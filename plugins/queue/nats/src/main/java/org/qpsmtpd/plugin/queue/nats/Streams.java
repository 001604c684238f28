package org.qpsmtpd.plugin.queue.nats;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.api.StorageType;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.qpsmtpd.brokers.BrokerFailure;
import org.qpsmtpd.brokers.BrokerFailure.Kind;
import org.qpsmtpd.brokers.KeyPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a stream has the subject, and keeps its messages in files. Of a subject with a
 * recipient's words that is not known before.
 */
final class Streams {
    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final KeyPattern subject;

    Streams(KeyPattern subject) {
        this.subject = subject;
    }

    void check(Connection connection) throws BrokerFailure {
        if (!subject.isFixed()) {
            return;
        }
        try {
            JetStreamManagement management =
                    connection.jetStreamManagement(
                            JetStreamOptions.builder().requestTimeout(LIMIT).build());
            List<String> names = management.getStreamNames(subject.fixed());
            if (names.isEmpty()) {
                throw new BrokerFailure(Kind.AWAY, "no stream has the subject " + subject.fixed());
            }
            StorageType storage =
                    management.getStreamInfo(names.get(0)).getConfiguration().getStorageType();
            if (storage != StorageType.File) {
                throw new BrokerFailure(
                        Kind.AWAY,
                        "stream " + names.get(0) + " keeps its messages in memory, not in files");
            }
        } catch (JetStreamApiException e) {
            throw new BrokerFailure(Kind.AWAY, "JetStream", e);
        } catch (IOException e) {
            unknown(connection, e);
        }
    }

    /**
     * A user who may publish need not be allowed to ask; the stream says no to each message then.
     */
    private void unknown(Connection connection, IOException fault) throws BrokerFailure {
        String last = String.valueOf(connection.getLastError());
        if (!last.contains("Permissions Violation")) {
            throw new BrokerFailure(Kind.AWAY, "JetStream", fault);
        }
        LOG.warn(
                "queue/nats may not ask which stream has {}: whether it keeps its messages in"
                        + " files is not known",
                subject.fixed());
    }
}
