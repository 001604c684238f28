package org.qpsmtpd.plugin.arc;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.config.DomainList;
import org.qpsmtpd.api.hook.DataHeadersEndHook;
import org.qpsmtpd.api.hook.DataPostHeadersHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.QueuePreHook;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.PluginState;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.mailauth.arc.ArcResult;
import org.qpsmtpd.mailauth.arc.ArcResult.Verdict;
import org.qpsmtpd.mailauth.arc.ArcVerification;
import org.qpsmtpd.mailauth.arc.ArcVerifier;
import org.qpsmtpd.mailauth.server.ArrivingBody;
import org.qpsmtpd.mailauth.server.ResolverDns;
import org.qpsmtpd.mailauth.signature.KeyLimits;
import org.qpsmtpd.mailauth.signature.Keys;

/**
 * Verifies the ARC chains of forwarded mail, and seals mail that is handed on.
 *
 * <p>{@code data_headers_end}: begins to ask for the keys of the seals, and follows the body while
 * it arrives. {@code data_post_headers}: verifies, and tells the field Authentication-Results and
 * the notes {@code arc_result} and {@code arc_dmarc_pass}. {@code queue_pre}: adds a set to the
 * chain, when the setting {@code seal} says as whom.
 *
 * <p>Settings: those of {@link ArcConfig}. File: {@code arc_trusted}, the domains whose word on a
 * message that they forwarded is taken. Keys are in {@code dkim/DOMAIN} of the configuration.
 *
 * <p>Faults: refuses nothing. Where the DNS does not answer for a key nothing is sealed; a message
 * that is to be sealed, though its key cannot be used, is deferred.
 *
 * <p>Source: RFC 8617.
 */
@Component(configurationPid = "arc", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ArcConfig.class, factory = true)
@Plugin(name = "arc", files = "arc_trusted")
@NonBlocking
public final class ArcPlugin
        implements DataHeadersEndHook, DataPostHeadersHook, QueuePreHook, FileCheck {
    /** The word for the chain: {@code none}, {@code pass} or {@code fail}. */
    static final NoteKey<String> RESULT = new NoteKey<>("arc_result", String.class);

    private static final ConfigView<DomainList> TRUSTED = DomainList.view("arc_trusted");

    private final PluginState<Arrival> arrivals = new PluginState<>(Arrival::new);
    private final ArcVerifier verifier;
    private final Sealer sealer;
    private final Duration timeout;

    /** What is known of a message. */
    private static final class Arrival {
        private @Nullable ArcVerification verification;
        private @Nullable ArrivingBody body;
        private @Nullable ArcResult result;
    }

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    @Activate
    public ArcPlugin(ArcConfig config, @Reference Resolver resolver, @Reference ServerHome home) {
        this(config, resolver, home.configDirectories());
    }

    ArcPlugin(ArcConfig config, Resolver resolver, List<Path> directories) {
        timeout = Duration.ofSeconds(config.timeout());
        sealer = new Sealer(config.seal(), directories);
        ResolverDns dns = new ResolverDns(resolver.forPurpose(DnsPurpose.AUTHENTICATION));
        verifier = new ArcVerifier(new Keys(dns, KeyLimits.USUAL), Instant::now);
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = DomainList.parse(line);
    }

    /** Mail of those who may relay has begun here. */
    private boolean isOfOthers(Transaction transaction) {
        return sealer.isOn() ? !transaction.connection().isRelayClient() : !transaction.isImmune();
    }

    @Override
    public HookResult onDataHeadersEnd(Transaction transaction) {
        if (isOfOthers(transaction)) {
            ArcVerification verification = begin(transaction);
            if (verification.needsBody()) {
                arrivals.of(transaction).body =
                        ArrivingBody.follow(transaction, verification::body);
            }
        }
        return HookResult.DECLINED;
    }

    private ArcVerification begin(Transaction transaction) {
        Arrival arrival = arrivals.of(transaction);
        ArcVerification known = arrival.verification;
        if (known != null) {
            return known;
        }
        ArcVerification begun = verifier.begin(transaction.headers().octets());
        arrival.verification = begun;
        return begun;
    }

    @Override
    public HookResult onDataPostHeaders(Transaction transaction) {
        if (!isOfOthers(transaction)) {
            return HookResult.IMMUNE;
        }
        ArcVerification verification = begin(transaction);
        return verification.needsBody()
                ? ArrivingBody.whole(
                        arrivals.of(transaction).body,
                        transaction,
                        verification::body,
                        () -> awaitKeys(transaction, verification))
                : awaitKeys(transaction, verification);
    }

    /** A chain has many signatures, and so they are checked on a child. */
    private HookResult awaitKeys(Transaction transaction, ArcVerification verification) {
        return HookResult.later(
                verification.keysFound(),
                timeout,
                unanswered(),
                any ->
                        verification.needsBody()
                                ? HookResult.onChild(() -> tell(transaction, verification))
                                : tell(transaction, verification));
    }

    private HookResult unanswered() {
        return HookResult.DECLINED.because(
                "error: no answer of the DNS within " + timeout.toSeconds() + " s");
    }

    private HookResult tell(Transaction transaction, ArcVerification verification) {
        ArcResult result = verification.result();
        arrivals.of(transaction).result = result;
        transaction.notes().put(RESULT, result.verdict().word());
        transaction
                .connection()
                .addAuthenticationResult(
                        AuthenticationResult.of("arc", result.verdict().word())
                                .because(result.reason())
                                .with("smtp", "remote-ip", transaction.connection().remoteIp()));
        if (result.verdict() == Verdict.NONE) {
            return HookResult.skip("no chain");
        }
        if (result.verdict() == Verdict.FAIL) {
            return HookResult.DECLINED.because("fail, tolerated: " + result.reason());
        }
        DomainList trusted = TRUSTED.in(transaction.connection().config());
        new Trust(trusted)
                .whoseWordIsDmarcPass(verification.sealed())
                .ifPresent(domain -> transaction.notes().put(NoteKey.ARC_DMARC_PASS, domain));
        return HookResult.pass(result.domain() + ", " + result.count() + " sets");
    }

    @Override
    public HookResult onQueuePre(Transaction transaction) {
        if (!sealer.isOn() || transaction.connection().isRelayClient()) {
            return HookResult.DECLINED;
        }
        ArcResult known = arrivals.of(transaction).result;
        return known == null
                ? HookResult.DECLINED.because("error: not sealed, the chain is not known")
                : HookResult.onChild(() -> sealer.seal(transaction, known));
    }
}
