package org.qpsmtpd.plugin.queue.smtpforward;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import javax.net.ssl.SSLSocketFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.smtpclient.Forwarder;
import org.qpsmtpd.smtpclient.NextHop;
import org.qpsmtpd.smtpclient.Router;
import org.qpsmtpd.smtpclient.Routes;
import org.qpsmtpd.smtpclient.TlsMode;

/**
 * Hands mail on to another server by SMTP and answers what that server answers.
 *
 * <p>{@code queue}: OK when the next hop has taken the message, DENY or DENYSOFT when it refuses
 * it, DENYSOFT when it cannot be used. Never DECLINED, so no queue plugin after this one is asked.
 *
 * <p>Settings: host, port (25), the flag xclient, {@code smtproutes} (false), {@code balance}
 * (failover), {@code tls} (may), {@code timeoutSeconds} (60), {@code maxSeconds} (240), {@code
 * idleConnections} (16), {@code idleSeconds} (30), {@code messagesPerConnection} (100), {@code
 * strictEightBit} (false), {@code caFile}.
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
        files = Routes.FILE,
        paths = "caFile")
public final class SmtpForwardPlugin implements QueueHook, FileCheck {
    private final Router router;
    private final boolean hasRoutes;
    private final BiFunction<String, Integer, NextHop> hops;

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
    public SmtpForwardPlugin(SmtpForwardConfig config, @Reference Resolver resolver) {
        hasRoutes = config.smtproutes();
        if (config.host().isEmpty() && !hasRoutes) {
            throw new IllegalArgumentException(
                    "host is missing: queue/smtp-forward needs HOST [PORT] [xclient]");
        }
        boolean inTurn =
                Choice.of(Balance.class, "balance", config.balance()) == Balance.ROUND_ROBIN;
        TlsMode tls = TlsMode.of(config.tls());
        SSLSocketFactory sockets = NextHop.sockets(tls, config.caFile());
        boolean xclient = hasXclient(config.flags());
        hops = (host, port) -> hop(config, host, port, xclient, tls, sockets, resolver);
        Forwarder usual = config.host().isEmpty() ? null : usual(config, inTurn, hops);
        router = new Router(hasRoutes, usual, hops);
    }

    private static Forwarder usual(
            SmtpForwardConfig config, boolean inTurn, BiFunction<String, Integer, NextHop> hops) {
        return new Forwarder(
                NextHop.hosts(config.host(), config.port()).stream()
                        .map(place -> hops.apply(place.getKey(), place.getValue()))
                        .toList(),
                inTurn);
    }

    private static NextHop hop(
            SmtpForwardConfig config,
            String host,
            int port,
            boolean xclient,
            TlsMode tls,
            SSLSocketFactory sockets,
            Resolver resolver) {
        return new NextHop(
                NextHop.Protocol.SMTP,
                host,
                port,
                xclient,
                tls,
                sockets,
                Duration.ofSeconds(config.timeoutSeconds()),
                Duration.ofSeconds(config.maxSeconds()),
                config.idleConnections(),
                Duration.ofSeconds(config.idleSeconds()),
                config.messagesPerConnection(),
                config.strictEightBit(),
                resolver);
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
        router.close();
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        return router.queue(transaction);
    }

    /** Recipients of several routes come in messages of their own. */
    @Override
    public boolean takesTogether(Connection connection, Address first, Address another) {
        return router.isSameWay(connection, first, another);
    }

    @Override
    public void checkLine(String file, String line) {
        Routes.Route route = Routes.parse(line);
        if (!hasRoutes) {
            return;
        }
        if (route.host().isEmpty()) {
            throw new IllegalArgumentException(
                    "'"
                            + line
                            + "' has no host; mail exchangers are not looked up, so this mail"
                            + " waits");
        }
        var unused = hops.apply(route.host(), route.port());
    }

    @Override
    public int mostRecipients() {
        return router.mostRecipients();
    }

    @Override
    public Set<QueueExtension> honours() {
        return router.honours();
    }
}
