package org.qpsmtpd.plugin.queue.amqp;

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
 * Publishes each message to an exchange by AMQP 0-9-1, as RabbitMQ has it.
 *
 * <p>{@code post-fork}: begins to connect. {@code queue}: OK when the broker has confirmed the
 * message; DENY when it is too large, or DECLINED with {@code larger decline}; DENYSOFT when the
 * broker is away, slow or does not take it, when no queue is bound for it, or when too many wait.
 *
 * <p>Settings: {@code servers}, {@code routing_key}, {@code exchange}, {@code vhost} ({@code /}),
 * {@code max_octets} (16 MiB), and those of {@link BrokerOptions}.
 *
 * <p>Faults: while there is no connection mail is deferred at once, and a new one is tried each
 * second. What was not confirmed when a connection was lost is deferred, and may be there twice.
 */
@Component(configurationPid = "queue.amqp", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AmqpConfig.class, factory = true)
@Plugin(
        name = "queue/amqp",
        positional = {"servers", "routing_key"},
        paths = {"password_file", "ca_file"})
public final class AmqpPlugin implements QueueHook, PostForkHook, PluginFigures {
    private static final int PORT = 5672;
    private static final int TLS_PORT = 5671;

    private final BrokerQueue queue;

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public AmqpPlugin(AmqpConfig config, BrokerOptions options) {
        int port = options.tls().equalsIgnoreCase("verify") ? TLS_PORT : PORT;
        BrokerSettings settings =
                BrokerSettings.of(
                        BrokerSettings.servers(config.servers(), port),
                        KeyPattern.of("routing_key", config.routing__key()),
                        config.max__octets(),
                        options);
        if (config.exchange().isEmpty() && config.routing__key().isEmpty()) {
            throw new IllegalArgumentException(
                    "routing_key is missing: queue/amqp needs HOST[:PORT],... QUEUE, or an exchange");
        }
        AmqpBroker broker =
                new AmqpBroker(
                        new AmqpLines(settings, config.vhost()), config.exchange(), settings);
        queue = new BrokerQueue("queue/amqp", settings, broker);
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
