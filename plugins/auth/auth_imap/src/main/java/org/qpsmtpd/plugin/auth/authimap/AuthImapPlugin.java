package org.qpsmtpd.plugin.auth.authimap;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
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
import org.qpsmtpd.api.net.Authorities;
import org.qpsmtpd.api.peer.Line;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.Peers;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.session.Connection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has an IMAP server tell whether a password is right.
 *
 * <p>{@code auth-plain}, {@code auth-login}: OK when the server lets the user in, DENY when it does
 * not. Nothing waits.
 *
 * <p>Settings: those of {@link AuthImapConfig} and {@link PeerOptions}.
 *
 * <p>Faults: a server that cannot be asked, cannot tell, or says what it never says: DENYSOFT.
 *
 * <p>Source: qpsmtpd {@code plugins/auth/auth_imap @ df5b04d}; RFC 3501, RFC 9051, RFC 4616.
 */
@Component(configurationPid = "auth.auth_imap", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AuthImapConfig.class, factory = true)
@Plugin(
        name = "auth/auth_imap",
        positional = {"host", "port"},
        paths = "caFile")
@NonBlocking
public final class AuthImapPlugin implements AuthPlainHook, AuthLoginHook, PluginFigures {
    private static final Logger LOG = LoggerFactory.getLogger(AuthImapPlugin.class);

    private final Peer peer;
    private final @Nullable SSLContext starttls;
    private final Duration limit;
    private final String place;

    /** Connects to nobody yet. */
    @Activate
    public AuthImapPlugin(AuthImapConfig config, PeerOptions options, @Reference Peers peers) {
        Encryption.Plan plan = Encryption.Plan.of(config);
        PeerSettings settings = PeerSettings.of(plan.servers(), options);
        limit = settings.timeout();
        place = String.join(",", plan.servers().stream().map(PeerAddress::toString).toList());
        if (plan.encryption() == Encryption.NO) {
            plan.exposed()
                    .forEach(
                            server ->
                                    LOG.warn(
                                            "tls no: passwords go to {} in clear; leave it out",
                                            server));
            starttls = null;
            peer = peers.open("IMAP", settings);
            return;
        }
        SSLContext context = Authorities.client("caFile", config.caFile());
        boolean isAtOnce = plan.encryption() == Encryption.YES;
        starttls = isAtOnce ? null : context;
        peer = peers.open("IMAP", isAtOnce ? settings.encrypted(context) : settings);
    }

    @Override
    public HookResult onAuthPlain(Connection connection, Credentials credentials) {
        return LoginCommand.canSay(credentials.user(), credentials.password())
                ? HookResult.later(answer(credentials))
                : refused(credentials);
    }

    @Override
    public HookResult onAuthLogin(Connection connection, Credentials credentials) {
        return onAuthPlain(connection, credentials);
    }

    private CompletionStage<HookResult> answer(Credentials credentials) {
        long due = System.nanoTime() + limit.toNanos();
        return peer.hold(Attempt.greeting())
                .thenCompose(line -> login(line, credentials, due))
                .thenApply(reply -> judge(reply, credentials))
                .exceptionally(
                        failed ->
                                HookResult.DENYSOFT.because(
                                        "error: " + PeerFailure.of(failed).text()));
    }

    private CompletionStage<Reply> login(Line<Reply> line, Credentials credentials, long due) {
        return new Attempt(line, starttls, credentials, due)
                .login()
                .whenComplete((reply, failed) -> line.close());
    }

    private HookResult judge(Reply reply, Credentials credentials) {
        if (reply.isOk()) {
            String by = "auth_imap/" + credentials.mechanism();
            return HookResult.ok(by).because("pass: " + by);
        }
        return refused(credentials);
    }

    private HookResult refused(Credentials credentials) {
        String text = "auth_imap - invalid password for " + credentials.user() + " at " + place;
        return HookResult.deny(text).because("fail: " + text);
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
