package org.qpsmtpd.plugin.queue.lmtp;

import java.time.Duration;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.smtpclient.Forwarder;
import org.qpsmtpd.smtpclient.NextHop;
import org.qpsmtpd.smtpclient.TlsMode;

/**
 * Hands each message to a mail store by LMTP and answers what that answers.
 *
 * <p>{@code queue}: OK when the store has taken the message for all recipients; DENY or DENYSOFT
 * when it refuses one, before the message or after; DENYSOFT when it cannot be used. Never
 * DECLINED, so no queue plugin after this one is asked.
 *
 * <p>Settings: host, port (24), {@code tls} (may), {@code caFile}, {@code timeoutSeconds} (60),
 * {@code maxSeconds} (240), {@code idleConnections} (16), {@code idleSeconds} (30), {@code
 * messagesPerConnection} (100).
 *
 * <p>Faults: a store that cannot be reached, breaks off, answers too late or nonsense: 451, the
 * mail is deferred.
 *
 * <p>Source: RFC 2033.
 */
@Component(configurationPid = "queue.lmtp", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = LmtpConfig.class, factory = true)
@Plugin(
        name = "queue/lmtp",
        positional = {"host", "port"},
        decides = "queue",
        paths = "caFile")
public final class LmtpPlugin implements QueueHook {
    private final Forwarder forwarder;

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public LmtpPlugin(LmtpConfig config) {
        TlsMode tls = TlsMode.of(config.tls());
        forwarder =
                new Forwarder(
                        new NextHop(
                                NextHop.Protocol.LMTP,
                                host(config.host()),
                                config.port(),
                                false,
                                tls,
                                NextHop.sockets(tls, config.caFile()),
                                Duration.ofSeconds(config.timeoutSeconds()),
                                Duration.ofSeconds(config.maxSeconds()),
                                config.idleConnections(),
                                Duration.ofSeconds(config.idleSeconds()),
                                config.messagesPerConnection(),
                                false));
    }

    private static String host(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(
                    "host is missing: queue/lmtp needs /SOCKET or HOST [PORT]");
        }
        return text.startsWith("/") ? text : NextHop.host(text);
    }

    /** Closes the connections. A message that comes later is deferred. */
    @Deactivate
    public void close() {
        forwarder.close();
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        return forwarder.queue(transaction);
    }

    @Override
    public int mostRecipients() {
        return forwarder.mostRecipients();
    }

    @Override
    public Set<QueueExtension> honours() {
        return forwarder.honours();
    }
}
