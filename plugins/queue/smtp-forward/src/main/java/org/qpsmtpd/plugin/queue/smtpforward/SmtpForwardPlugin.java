package org.qpsmtpd.plugin.queue.smtpforward;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLSocketFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.smtpclient.Forwarder;
import org.qpsmtpd.smtpclient.NextHop;
import org.qpsmtpd.smtpclient.TlsMode;

/**
 * Hands mail on to another server by SMTP and answers what that server answers.
 *
 * <p>{@code queue}: OK when the next hop has taken the message, DENY or DENYSOFT when it refuses
 * it, DENYSOFT when it cannot be used. Never DECLINED, so no queue plugin after this one is asked.
 *
 * <p>Settings: host, port (25), the flag xclient, {@code balance} (failover), {@code tls} (may),
 * {@code timeoutSeconds} (60), {@code maxSeconds} (240), {@code idleConnections} (16), {@code
 * idleSeconds} (30), {@code messagesPerConnection} (100), {@code strictEightBit} (false), {@code
 * caFile}.
 *
 * <p>Faults: a next hop that cannot be reached, breaks off, answers too late or nonsense, or
 * refuses the session: 451, the mail is deferred. A connection kept from an earlier message may
 * have gone, so when it fails before the end of the message has been sent, the message is tried
 * once more on a new one; after that never, since it may have been taken.
 *
 * <p>Source: qpsmtpd {@code plugins/queue/smtp-forward @ df5b04d}, RFC 5321.
 */
@Component(
        configurationPid = "queue.smtp_forward",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SmtpForwardConfig.class, factory = true)
@Plugin(
        name = "queue/smtp-forward",
        positional = {"host", "port", "flags..."},
        decides = "queue",
        formerly = "async/queue/smtp-forward",
        paths = "caFile")
public final class SmtpForwardPlugin implements QueueHook {
    private final Forwarder forwarder;

    private enum Balance {
        FAILOVER,
        ROUND_ROBIN
    }

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public SmtpForwardPlugin(SmtpForwardConfig config) {
        if (config.host().isEmpty()) {
            throw new IllegalArgumentException(
                    "host is missing: queue/smtp-forward needs HOST [PORT] [xclient]");
        }
        boolean inTurn =
                Choice.of(Balance.class, "balance", config.balance()) == Balance.ROUND_ROBIN;
        TlsMode tls = TlsMode.of(config.tls());
        SSLSocketFactory sockets = NextHop.sockets(tls, config.caFile());
        forwarder =
                new Forwarder(
                        NextHop.hosts(config.host(), config.port()).stream()
                                .map(place -> hop(config, place, tls, sockets))
                                .toList(),
                        inTurn);
    }

    private static NextHop hop(
            SmtpForwardConfig config,
            Map.Entry<String, Integer> place,
            TlsMode tls,
            SSLSocketFactory sockets) {
        return new NextHop(
                NextHop.Protocol.SMTP,
                place.getKey(),
                place.getValue(),
                hasXclient(config.flags()),
                tls,
                sockets,
                Duration.ofSeconds(config.timeoutSeconds()),
                Duration.ofSeconds(config.maxSeconds()),
                config.idleConnections(),
                Duration.ofSeconds(config.idleSeconds()),
                config.messagesPerConnection(),
                config.strictEightBit());
    }

    private static boolean hasXclient(String[] flags) {
        for (String flag : flags) {
            if (!flag.toLowerCase(Locale.ROOT).equals("xclient")) {
                throw new IllegalArgumentException("flag '" + flag + "' is not xclient");
            }
        }
        return flags.length > 0;
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
