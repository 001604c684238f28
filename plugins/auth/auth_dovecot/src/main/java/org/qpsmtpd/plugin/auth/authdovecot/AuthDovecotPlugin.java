package org.qpsmtpd.plugin.auth.authdovecot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.SaslContext;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.SaslHook;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.Peers;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.session.Connection;

/**
 * Has Dovecot authenticate clients, by all mechanisms that it knows.
 *
 * <p>{@code sasl}: offers the mechanisms that Dovecot has, and gives it what clients say. {@code
 * connect}: DECLINED, after a short while in which Dovecot says what it has, when that is not
 * known. Nothing waits.
 *
 * <p>Settings: {@code socket} ({@code /var/run/dovecot/auth-client}), {@code mechanisms}, {@code
 * penalty} (true), and those of {@link PeerOptions}.
 *
 * <p>Faults: while Dovecot has not said what it has, nothing is offered. An attempt that it does
 * not judge in time, or that meets a fault: 454.
 *
 * <p>Source: Dovecot's description of its authentication protocol, version 1.1.
 */
@Component(
        configurationPid = "auth.auth_dovecot",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AuthDovecotConfig.class, factory = true)
@Plugin(name = "auth/auth_dovecot")
@NonBlocking
public final class AuthDovecotPlugin implements SaslHook, ConnectHook, PluginFigures {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Backend backend;
    private final Set<String> wanted;

    /** Connects to nobody yet. */
    @Activate
    public AuthDovecotPlugin(
            AuthDovecotConfig config, PeerOptions options, @Reference Peers peers) {
        wanted = wanted(config.mechanisms());
        List<PeerAddress> addresses = PeerAddress.parseAll("socket", config.socket(), 0);
        backend = new Backend(peers, PeerSettings.of(addresses, options), config.penalty());
    }

    private static Set<String> wanted(String[] names) {
        Set<String> wanted = new TreeSet<>();
        for (String name : names) {
            String upper = name.strip().toUpperCase(Locale.ROOT);
            if (!upper.matches("[A-Z0-9_-]{1,20}")) {
                throw new IllegalArgumentException(
                        "mechanisms: '" + name + "' is not the name of a mechanism, such as PLAIN");
            }
            wanted.add(upper);
        }
        return wanted;
    }

    @Override
    public HookResult onConnect(Connection connection) {
        return backend.mechanisms().isEmpty()
                ? HookResult.later(
                        backend.learn(),
                        PATIENCE,
                        HookResult.DECLINED,
                        nothing -> HookResult.DECLINED)
                : HookResult.DECLINED;
    }

    @Override
    public List<SaslMechanism> mechanisms(Connection connection) {
        List<SaslMechanism> fit = new ArrayList<>();
        for (String name : new TreeSet<>(backend.mechanisms())) {
            if (wanted.isEmpty() || wanted.contains(name)) {
                fit.add(new DovecotMechanism(name, backend));
            }
        }
        return fit;
    }

    private record DovecotMechanism(String name, Backend backend) implements SaslMechanism {
        @Override
        public SaslExchange begin(SaslContext context) {
            return new DovecotExchange(backend, name, context);
        }
    }

    @Override
    public List<Figure> figures() {
        return backend.figures();
    }

    /** Ends the connections. */
    @Deactivate
    public void close() {
        backend.close();
    }
}
