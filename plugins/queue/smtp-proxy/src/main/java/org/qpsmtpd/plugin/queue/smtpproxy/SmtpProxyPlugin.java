package org.qpsmtpd.plugin.queue.smtpproxy;

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
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.hook.RcptPostHook;
import org.qpsmtpd.api.hook.ResetTransactionHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.smtpclient.Bridge;
import org.qpsmtpd.smtpclient.NextHop;
import org.qpsmtpd.smtpclient.TlsMode;

/**
 * Bridges the dialogue of each client to another server, whose own replies it reads.
 *
 * <p>{@code mail}: DENY or DENYSOFT as the next hop answers, with its code and text, else DECLINED.
 * {@code rcpt_post}, of recipients that others accept, or {@code rcpt} with {@code found ok}: the
 * same, and OK with its text. {@code queue}: OK when the next hop has taken the message, else its
 * refusal; never DECLINED, so no queue plugin after this one is asked. {@code reset_transaction}:
 * what was begun is dropped.
 *
 * <p>Settings: host, port (25), the flag xclient, {@code found} (pass), {@code balance} (failover),
 * {@code tls} (may), {@code timeoutSeconds} (60), {@code maxSeconds} (240), {@code idleConnections}
 * (16), {@code idleSeconds} (30), {@code messagesPerConnection} (100), {@code strictEightBit}
 * (false), {@code caFile}.
 *
 * <p>Faults: a next hop that cannot be reached, breaks off, answers too late or nonsense, or
 * refuses the session: 451, the mail is deferred. A connection that has gone before the end of the
 * message was sent is replaced by another, on which the envelope is said again; after that never.
 *
 * <p>Source: RFC 5321.
 */
@Component(configurationPid = "queue.smtp_proxy", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SmtpProxyConfig.class, factory = true)
@Plugin(
        name = "queue/smtp-proxy",
        positional = {"host", "port", "flags..."},
        accepts = {"rcpt found", "queue"},
        decides = "queue",
        paths = "caFile")
public final class SmtpProxyPlugin
        implements MailHook, RcptHook, RcptPostHook, QueueHook, ResetTransactionHook {
    private final Bridge bridge;
    private final Found found;

    private enum Balance {
        FAILOVER,
        ROUND_ROBIN
    }

    private enum Found {
        PASS,
        OK
    }

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public SmtpProxyPlugin(SmtpProxyConfig config) {
        if (config.host().isEmpty()) {
            throw new IllegalArgumentException(
                    "host is missing: queue/smtp-proxy needs HOST [PORT] [xclient]");
        }
        found = Choice.of(Found.class, "found", config.found());
        boolean inTurn =
                Choice.of(Balance.class, "balance", config.balance()) == Balance.ROUND_ROBIN;
        TlsMode tls = TlsMode.of(config.tls());
        SSLSocketFactory sockets = NextHop.sockets(tls, config.caFile());
        bridge =
                new Bridge(
                        NextHop.hosts(config.host(), config.port()).stream()
                                .map(place -> hop(config, place, tls, sockets))
                                .toList(),
                        inTurn);
    }

    private static NextHop hop(
            SmtpProxyConfig config,
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

    /** Closes the connections. What comes later is deferred. */
    @Deactivate
    public void close() {
        bridge.close();
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        return bridge.mail(transaction, sender, parameters);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        return found == Found.OK ? bridge.rcpt(transaction, recipient) : HookResult.DECLINED;
    }

    @Override
    public HookResult onRcptPost(Transaction transaction, Recipient recipient) {
        return bridge.hasTaken(transaction, recipient)
                ? HookResult.DECLINED
                : bridge.rcpt(transaction, recipient);
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        return bridge.queue(transaction);
    }

    @Override
    public void onResetTransaction(Transaction transaction) {
        bridge.release(transaction);
    }

    @Override
    public int mostRecipients() {
        return bridge.mostRecipients();
    }

    @Override
    public Set<QueueExtension> honours() {
        return bridge.honours();
    }
}
