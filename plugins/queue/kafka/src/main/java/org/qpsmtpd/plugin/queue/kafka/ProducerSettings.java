package org.qpsmtpd.plugin.queue.kafka;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.brokers.BrokerSettings;

/**
 * The settings of a producer that loses nothing and doubles nothing.
 *
 * @param values as Kafka's client has them
 */
record ProducerSettings(Map<String, Object> values) {
    /** Room for the envelope and Kafka's own fields in a request. */
    private static final int ENVELOPE_OCTETS = 128 * 1024;

    private static final int LINGER_MILLIS = 2;
    private static final int CONNECT_MILLIS = 5_000;
    private static final int BATCH_OCTETS = 64 * 1024;
    private static final long FOR_EVER_MILLIS = Long.MAX_VALUE / 4;

    private enum Sasl {
        PLAIN,
        SCRAM_SHA_256,
        SCRAM_SHA_512
    }

    private enum Compression {
        NONE,
        GZIP
    }

    /** Copies the map. */
    ProducerSettings {
        values = Map.copyOf(values);
    }

    /**
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    static ProducerSettings of(KafkaConfig config, BrokerSettings settings) {
        Map<String, Object> values = new HashMap<>();
        values.put(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                settings.servers().stream()
                        .map(PeerAddress::toString)
                        .collect(Collectors.joining(",")));
        values.put(ProducerConfig.ACKS_CONFIG, "all");
        values.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        Compression compression = Choice.of(Compression.class, "compression", config.compression());
        values.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, word(compression));
        times(values, Math.toIntExact(settings.timeout().toMillis()));
        sizes(values, settings);
        // Nothing of the client is shown by JMX, or told to the broker.
        values.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
        values.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        security(values, config, settings);
        return new ProducerSettings(values);
    }

    private static void times(Map<String, Object> values, int millis) {
        int request = Math.max(1, millis - LINGER_MILLIS - 1);
        values.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
        values.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, request);
        values.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
        values.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, CONNECT_MILLIS);
        // A topic that is not written to for a while stays known, so that nobody waits for it.
        values.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, FOR_EVER_MILLIS);
        values.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000L);
    }

    private static void sizes(Map<String, Object> values, BrokerSettings settings) {
        values.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, settings.maxOctets() + ENVELOPE_OCTETS);
        values.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_OCTETS);
        // More than BrokerQueue has on its way, so that the client of Kafka never waits for room.
        values.put(
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                2L * settings.mostOctets() + (long) settings.mostMessages() * BATCH_OCTETS);
    }

    private static void security(
            Map<String, Object> values, KafkaConfig config, BrokerSettings settings) {
        boolean hasUser = !settings.user().isEmpty();
        values.put(
                CommonClientConfigs.SECURITY_PROTOCOL_CONFIG,
                (hasUser ? "SASL_" : "") + (settings.isEncrypted() ? "SSL" : "PLAINTEXT"));
        if (settings.isEncrypted() && settings.caFile() != null) {
            values.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, "PEM");
            values.put(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, settings.caFile().toString());
        }
        Sasl sasl = Choice.of(Sasl.class, "sasl", config.sasl());
        if (hasUser) {
            values.put(
                    SaslConfigs.SASL_MECHANISM,
                    word(sasl).replace('_', '-').toUpperCase(Locale.ROOT));
            values.put(SaslConfigs.SASL_JAAS_CONFIG, login(sasl, settings));
        }
    }

    private static String login(Sasl sasl, BrokerSettings settings) {
        String module = sasl == Sasl.PLAIN ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
        return "org.apache.kafka.common.security."
                + module
                + " required username="
                + quoted(settings.user())
                + " password="
                + quoted(settings.password())
                + ";";
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /**
     * A producer, which connects by itself.
     *
     * @throws KafkaException when that cannot be tried, as when no name has an address
     */
    Producer<byte[], byte[]> open() {
        ClientLog.quieten();
        ByteArraySerializer serializer = new ByteArraySerializer();
        return new KafkaProducer<>(values, serializer, serializer);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "producer at " + values.get(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG);
    }
}
