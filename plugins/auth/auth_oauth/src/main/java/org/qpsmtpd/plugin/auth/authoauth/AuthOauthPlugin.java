package org.qpsmtpd.plugin.auth.authoauth;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.TokenVerdict;
import org.qpsmtpd.api.hook.AuthTokenHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.peer.Peers;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.session.Connection;

/**
 * Lets users in by tokens of OAuth.
 *
 * <p>{@code auth_token}: ACCEPTED when the issuer's key has signed the token, or the issuer says
 * that it is good, and it is for us, of this time, with the scopes that are needed, and names the
 * user; UNKNOWN when it is of another issuer or no JWT; else REFUSED. Nothing waits.
 *
 * <p>Settings: those of {@link AuthOauthConfig} and {@link PeerOptions}.
 *
 * <p>Faults: keys that cannot be had, an issuer that cannot be asked: DEFERRED.
 *
 * <p>Source: RFC 7628, RFC 6750, RFC 7519, RFC 8725, RFC 7662.
 */
@Component(configurationPid = "auth.auth_oauth", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AuthOauthConfig.class, factory = true)
@Plugin(
        name = "auth/auth_oauth",
        paths = {"client_file", "caFile"})
@NonBlocking
public final class AuthOauthPlugin implements AuthTokenHook, PluginFigures {
    private static final int LONGEST_TOKEN = 16 * 1024;

    private final Judge judge;

    /** Asks nobody yet. */
    @Activate
    public AuthOauthPlugin(AuthOauthConfig config, PeerOptions options, @Reference Peers peers) {
        this(Judges.of(config, options, peers, Clock.systemUTC(), System::nanoTime));
    }

    AuthOauthPlugin(Judge judge) {
        this.judge = judge;
    }

    @Override
    public CompletionStage<TokenVerdict> onAuthToken(Connection connection, BearerToken token) {
        if (token.token().length() > LONGEST_TOKEN) {
            return CompletableFuture.completedStage(
                    TokenVerdict.refused("it has more than " + LONGEST_TOKEN + " characters"));
        }
        return judge.judge(token)
                .exceptionally(
                        failed -> TokenVerdict.deferred("error: " + PeerFailure.of(failed).text()));
    }

    @Override
    public List<Figure> figures() {
        return judge.figures();
    }

    /** Ends the connections. */
    @Deactivate
    public void close() {
        judge.close();
    }
}
