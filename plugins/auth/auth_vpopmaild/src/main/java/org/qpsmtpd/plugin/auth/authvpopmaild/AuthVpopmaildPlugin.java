package org.qpsmtpd.plugin.auth.authvpopmaild;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.hook.AuthLoginHook;
import org.qpsmtpd.api.hook.AuthPlainHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Line;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.Peers;
import org.qpsmtpd.api.peer.TextAnswer;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.session.Connection;

/**
 * Has vpopmaild tell whether a password is right.
 *
 * <p>{@code auth-plain}, {@code auth-login}: OK when vpopmaild takes name and password; DECLINED
 * when it does not. Nothing waits.
 *
 * <p>Settings: {@code host} (localhost), {@code port} (89), and those of {@link PeerOptions}.
 *
 * <p>Faults: a vpopmaild that cannot be asked, or says what it never says: DENYSOFT.
 *
 * <p>Source: qpsmtpd {@code plugins/auth/auth_vpopmaild @ df5b04d}.
 */
@Component(
        configurationPid = "auth.auth_vpopmaild",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AuthVpopmaildConfig.class, factory = true)
@Plugin(name = "auth/auth_vpopmaild")
@NonBlocking
public final class AuthVpopmaildPlugin implements AuthPlainHook, AuthLoginHook, PluginFigures {
    private static final int LONGEST_ANSWER = 1024;
    private static final int SHOWN = 100;
    private static final HookResult NO_WORDS =
            HookResult.DECLINED.because("fail: vpopmaild cannot be told such a name or password");

    private static final Exchange<String> GREETING = line(new byte[0]);

    private final Peer peer;
    private final Duration limit;

    /** Connects to nobody yet. */
    @Activate
    public AuthVpopmaildPlugin(
            AuthVpopmaildConfig config, PeerOptions options, @Reference Peers peers) {
        PeerAddress address = PeerAddress.parse("host", config.host(), config.port());
        PeerSettings settings = PeerSettings.of(List.of(address), options);
        limit = settings.timeout();
        peer = peers.open("vpopmaild", settings);
    }

    private static Exchange<String> line(byte[] question) {
        return Exchange.of(
                Outgoing.of(question),
                () -> TextAnswer.upTo((byte) '\n', LONGEST_ANSWER, StandardCharsets.ISO_8859_1));
    }

    @Override
    public HookResult onAuthPlain(Connection connection, Credentials credentials) {
        Optional<byte[]> login = login(credentials);
        return login.isEmpty() ? NO_WORDS : HookResult.later(ask(login.get()));
    }

    @Override
    public HookResult onAuthLogin(Connection connection, Credentials credentials) {
        return onAuthPlain(connection, credentials);
    }

    /** The command, to be wiped; absent when it would be another one. */
    private static Optional<byte[]> login(Credentials credentials) {
        byte[] password = credentials.password().octets();
        byte[] before = ("login " + credentials.user() + " ").getBytes(StandardCharsets.UTF_8);
        try {
            if (credentials.user().indexOf(' ') >= 0
                    || hasControl(before)
                    || hasControl(password)) {
                return Optional.empty();
            }
            byte[] all = Arrays.copyOf(before, before.length + password.length + 1);
            System.arraycopy(password, 0, all, before.length, password.length);
            all[all.length - 1] = '\n';
            return Optional.of(all);
        } finally {
            Arrays.fill(password, (byte) 0);
        }
    }

    private static boolean hasControl(byte[] octets) {
        for (byte octet : octets) {
            if (octet >= 0 && octet < ' ') {
                return true;
            }
        }
        return false;
    }

    private CompletionStage<HookResult> ask(byte[] login) {
        return peer.hold(GREETING)
                .thenCompose(held -> ask(held, login))
                .exceptionally(failed -> deferred(PeerFailure.of(failed).text()))
                .whenComplete((answer, failed) -> Arrays.fill(login, (byte) 0));
    }

    private CompletionStage<HookResult> ask(Line<String> held, byte[] login) {
        requireYes(held);
        return held.ask(line(login), limit)
                .thenApply(AuthVpopmaildPlugin::judge)
                .whenComplete((answer, failed) -> held.close());
    }

    private static void requireYes(Line<String> held) {
        if (!held.greeting().startsWith("+OK")) {
            held.close();
            throw new PeerFailure(
                    PeerFailure.Kind.FAULT,
                    "vpopmaild greets with '" + shown(held.greeting()) + "'");
        }
    }

    private static HookResult judge(String said) {
        if (said.startsWith("+OK")) {
            return HookResult.ok("auth_vpopmaild").because("pass: vpopmaild takes the password");
        }
        return said.startsWith("-ERR")
                ? HookResult.DECLINED.because("fail: vpopmaild refuses name or password")
                : deferred("vpopmaild says '" + shown(said) + "'");
    }

    private static String shown(String said) {
        String line = said.strip().replaceAll("[^ -~]", "?");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
    }

    private static HookResult deferred(String why) {
        return HookResult.DENYSOFT.because("error: " + why);
    }

    @Override
    public List<Figure> figures() {
        return peer.figures();
    }

    /** Ends the connections. */
    @Deactivate
    public void close() {
        peer.close();
    }
}
