package org.qpsmtpd.plugin.auth.authcvmunixlocal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
 * Has a credential validation module (CVM) tell whether a password is right.
 *
 * <p>{@code auth-plain}, {@code auth-login}: OK when the module answers 0; DENY when it answers
 * 100; DECLINED on a port that is not enabled. Nothing waits.
 *
 * <p>Settings: {@code cvm_socket}, {@code enable_smtp} (false), {@code enable_ssmtp} (true), and
 * those of {@link PeerOptions}.
 *
 * <p>Faults: a module that cannot be asked or answers anything else: DENYSOFT.
 *
 * <p>Source: qpsmtpd {@code plugins/auth/auth_cvm_unix_local @ df5b04d}.
 */
@Component(
        configurationPid = "auth.auth_cvm_unix_local",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AuthCvmUnixLocalConfig.class, factory = true)
@Plugin(name = "auth/auth_cvm_unix_local", paths = "cvm_socket")
@NonBlocking
public final class AuthCvmUnixLocalPlugin implements AuthPlainHook, AuthLoginHook, PluginFigures {
    /** What a module sends and reads at most. */
    private static final int LONGEST = 512;

    private static final int REFUSED = 100;
    private static final HookResult OTHER_PORT = HookResult.skip("not enabled on this port");
    private static final HookResult TOO_LONG =
            HookResult.DENY.because("fail: no module can be told such a name or password");

    private final Peer peer;
    private final boolean onSmtp;
    private final boolean onSsmtp;

    /** Connects to nobody yet. */
    @Activate
    public AuthCvmUnixLocalPlugin(
            AuthCvmUnixLocalConfig config, PeerOptions options, @Reference Peers peers) {
        if (!config.cvm__socket().startsWith("/")) {
            throw new IllegalArgumentException(
                    "cvm_socket '"
                            + config.cvm__socket()
                            + "' is not the absolute path of a socket");
        }
        onSmtp = config.enable__smtp();
        onSsmtp = config.enable__ssmtp();
        PeerAddress address = PeerAddress.parse("cvm_socket", config.cvm__socket(), 0);
        peer = peers.open("cvm", PeerSettings.of(List.of(address), options));
    }

    @Override
    public HookResult onAuthPlain(Connection connection, Credentials credentials) {
        if (!isEnabled(connection.localPort())) {
            return OTHER_PORT;
        }
        Optional<byte[]> request = request(credentials);
        return request.isEmpty()
                ? TOO_LONG
                : HookResult.later(ask(request.get(), credentials.user()));
    }

    @Override
    public HookResult onAuthLogin(Connection connection, Credentials credentials) {
        return onAuthPlain(connection, credentials);
    }

    private boolean isEnabled(int port) {
        return switch (port) {
            case 25, 587 -> onSmtp;
            case 465 -> onSsmtp;
            default -> true;
        };
    }

    /** Version 1: user, host and password, to be wiped; absent when it would be another one. */
    private static Optional<byte[]> request(Credentials credentials) {
        byte[] user = credentials.user().getBytes(StandardCharsets.UTF_8);
        byte[] host = "localhost".getBytes(StandardCharsets.US_ASCII);
        byte[] password = credentials.password().octets();
        try {
            int size = 1 + user.length + 1 + host.length + 1 + password.length + 2;
            if (size > LONGEST || hasNul(user) || hasNul(password)) {
                return Optional.empty();
            }
            ByteBuffer all = ByteBuffer.allocate(size).put((byte) 1);
            all.put(user).put((byte) 0).put(host).put((byte) 0).put(password);
            return Optional.of(all.array());
        } finally {
            Arrays.fill(password, (byte) 0);
        }
    }

    private static boolean hasNul(byte[] octets) {
        for (byte octet : octets) {
            if (octet == 0) {
                return true;
            }
        }
        return false;
    }

    private CompletionStage<HookResult> ask(byte[] request, String user) {
        Exchange<String> exchange =
                Exchange.of(
                                Outgoing.of(request),
                                () -> TextAnswer.toTheEnd(LONGEST, StandardCharsets.ISO_8859_1))
                        .endingOutput();
        return peer.ask(exchange)
                .thenApply(said -> judge(said.charAt(0), user))
                .exceptionally(failed -> deferred(PeerFailure.of(failed).text()))
                .whenComplete((answer, failed) -> Arrays.fill(request, (byte) 0));
    }

    private static HookResult judge(int code, String user) {
        return switch (code) {
            case 0 -> HookResult.ok("auth success for " + user).because("pass: the module's 0");
            case REFUSED -> HookResult.DENY.because("fail: auth failure (100)");
            default -> deferred("the module has a problem (" + code + ")");
        };
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
