package org.qpsmtpd.plugin.queue.kafka;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.PostForkHook;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.brokers.BrokerOptions;
import org.qpsmtpd.brokers.BrokerQueue;
import org.qpsmtpd.brokers.BrokerSettings;
import org.qpsmtpd.brokers.KeyPattern;

/**
 * Publishes each message to a topic of Kafka.
 *
 * <p>{@code post-fork}: begins to connect. {@code queue}: OK when all replicas in sync have the
 * record; DENY when the message is too large, or DECLINED with {@code larger decline}; DENYSOFT
 * when the broker is away, slow or does not take it, or when too many wait.
 *
 * <p>Settings: {@code servers}, {@code topic}, {@code key}, {@code max_octets} (1 MiB), {@code
 * sasl} (scram_sha_512), {@code compression} (none), and those of {@link BrokerOptions}.
 *
 * <p>Faults: a broker that goes away for less than the time limit is waited for by the client of
 * Kafka, which sends anew without a second copy; after the limit mail is deferred.
 */
@Component(configurationPid = "queue.kafka", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = KafkaConfig.class, factory = true)
@Plugin(
        name = "queue/kafka",
        positional = {"servers", "topic"},
        paths = {"password_file", "ca_file"})
public final class KafkaPlugin implements QueueHook, PostForkHook, PluginFigures {
    private static final int PORT = 9092;

    private final BrokerQueue queue;

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public KafkaPlugin(KafkaConfig config, BrokerOptions options) {
        BrokerSettings settings =
                BrokerSettings.of(
                        BrokerSettings.servers(config.servers(), PORT),
                        KeyPattern.of("key", config.key()),
                        config.max__octets(),
                        options);
        String topic = Topic.checked(config.topic());
        ProducerSettings producer = ProducerSettings.of(config, settings);
        queue = new BrokerQueue("queue/kafka", settings, new KafkaBroker(producer::open, topic));
    }

    @Override
    public void onPostFork() {
        queue.begin();
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        return queue.queue(transaction);
    }

    @Override
    public boolean takesBinary() {
        return true;
    }

    @Override
    public List<Figure> figures() {
        return queue.figures();
    }

    /** Ends the connection. A message that comes later is deferred. */
    @Deactivate
    public void close() {
        queue.close();
    }
}
