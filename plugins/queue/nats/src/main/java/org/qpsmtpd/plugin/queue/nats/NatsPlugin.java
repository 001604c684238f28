package org.qpsmtpd.plugin.queue.nats;

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
 * Publishes each message to a stream of NATS JetStream.
 *
 * <p>{@code post-fork}: begins to connect. {@code queue}: OK when the stream has acknowledged the
 * message; DENY when it is too large, or DECLINED with {@code larger decline}; DENYSOFT when the
 * server is away, slow or does not take it, when no stream has the subject, or when too many wait.
 *
 * <p>Settings: {@code servers}, {@code subject}, {@code max_octets} (1 MiB), and those of {@link
 * BrokerOptions}.
 *
 * <p>Faults: while there is no connection mail is deferred at once, and a new one is tried each
 * second. What was not acknowledged when a connection was lost is deferred; when it comes again
 * while the stream remembers it, there is no second copy.
 */
@Component(configurationPid = "queue.nats", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = NatsConfig.class, factory = true)
@Plugin(
        name = "queue/nats",
        positional = {"servers", "subject"},
        paths = {"password_file", "ca_file"})
public final class NatsPlugin implements QueueHook, PostForkHook, PluginFigures {
    private static final int PORT = 4222;

    private final BrokerQueue queue;

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public NatsPlugin(NatsConfig config, BrokerOptions options) {
        BrokerSettings settings =
                BrokerSettings.of(
                        BrokerSettings.servers(config.servers(), PORT),
                        subject(config.subject()),
                        config.max__octets(),
                        options);
        queue =
                new BrokerQueue(
                        "queue/nats", settings, new NatsBroker(new NatsLines(settings), settings));
    }

    private static KeyPattern subject(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(
                    "subject is missing: queue/nats needs HOST[:PORT],... SUBJECT");
        }
        boolean fits = text.matches("[^\\s*>.\\p{Cntrl}]+(?:[.][^\\s*>.\\p{Cntrl}]+)*");
        if (!fits || text.startsWith("$")) {
            throw new IllegalArgumentException(
                    "subject '"
                            + text
                            + "' is not words with dots between them, without blanks, * and >, and"
                            + " without $ at the start");
        }
        return KeyPattern.of("subject", text);
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
