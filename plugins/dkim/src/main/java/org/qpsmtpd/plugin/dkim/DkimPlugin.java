package org.qpsmtpd.plugin.dkim;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataHeadersEndHook;
import org.qpsmtpd.api.hook.DataPostHeadersHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.QueuePreHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.PluginState;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.mailauth.dkim.DkimLimits;
import org.qpsmtpd.mailauth.dkim.DkimVerification;
import org.qpsmtpd.mailauth.dkim.DkimVerifier;
import org.qpsmtpd.mailauth.server.ArrivingBody;
import org.qpsmtpd.mailauth.server.KeyFolders;
import org.qpsmtpd.mailauth.server.ResolverDns;
import org.qpsmtpd.mailauth.signature.KeyLimits;
import org.qpsmtpd.mailauth.signature.Keys;

/**
 * Verifies the DKIM signatures of incoming mail, and signs outgoing mail.
 *
 * <p>{@code data_headers_end}: begins to ask for the keys of the signatures, and follows the body
 * while it arrives. {@code data_post_headers}: verifies, and tells the field
 * Authentication-Results, karma and the notes {@code dkim_pass_domains}, {@code dkim_result} and
 * {@code dkim_signatures}. {@code data_post}: refuses what has no valid signature among those that
 * it has, as the setting says. {@code queue_pre}: signs mail of clients that may relay, behind all
 * that change messages.
 *
 * <p>Settings: those of {@link DkimConfig}. Keys are in {@code dkim/DOMAIN} of the configuration.
 *
 * <p>Faults: a DNS that does not answer is {@code temperror}, and a message with no valid signature
 * is then deferred, where others would be refused. A message that cannot be signed, though there is
 * a key, is deferred.
 *
 * <p>Source: qpsmtpd {@code plugins/dkim @ df5b04d}, RFC 6376, 8301, 8463, 8601 and 8616.
 */
@Component(configurationPid = "dkim", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DkimConfig.class, factory = true)
@Plugin(name = "dkim")
@NonBlocking
public final class DkimPlugin
        implements DataHeadersEndHook,
                DataPostHeadersHook,
                DataPostHook,
                QueuePreHook,
                PluginCommand {
    /** The word for all signatures of the message together. */
    static final NoteKey<String> RESULT = new NoteKey<>("dkim_result", String.class);

    /** A line for each signature: result, domain and selector. */
    static final NoteKey<String> SIGNATURES = new NoteKey<>("dkim_signatures", String.class);

    /** As many signatures are checked in less time than a change to a child takes. */
    private static final int FEW = 2;

    private static final Duration DRIFT = Duration.ofMinutes(5);

    private final PluginState<Arrival> arrivals = new PluginState<>(Arrival::new);
    private final DkimVerifier verifier;
    private final Reject reject;
    private final Duration timeout;
    private final Outgoing outgoing;
    private final Commands commands;

    /** What is known of a message. */
    private static final class Arrival {
        private @Nullable DkimVerification verification;
        private @Nullable ArrivingBody body;
        private @Nullable Verdict verdict;
    }

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    @Activate
    public DkimPlugin(DkimConfig config, @Reference Resolver resolver, @Reference ServerHome home) {
        this(config, resolver, home.configDirectories());
    }

    DkimPlugin(DkimConfig config, Resolver resolver, List<Path> directories) {
        reject = Reject.of(config.reject(), config.reject__type(), Action.DENY);
        timeout = Duration.ofSeconds(config.timeout());
        Keys keys =
                new Keys(
                        new ResolverDns(resolver.forPurpose(DnsPurpose.AUTHENTICATION)),
                        KeyLimits.USUAL);
        DkimLimits limits =
                new DkimLimits(
                        KeyLimits.USUAL, config.max__signatures(), DRIFT, config.accept__part());
        verifier = new DkimVerifier(keys, limits, Instant::now);
        KeyFolders folders = new KeyFolders(directories);
        outgoing = new Outgoing(config, folders);
        commands = new Commands(folders, keys);
    }

    @Override
    public HookResult onDataHeadersEnd(Transaction transaction) {
        if (!transaction.isImmune()) {
            DkimVerification verification = begin(transaction);
            if (verification.needsBody()) {
                arrivals.of(transaction).body =
                        ArrivingBody.follow(transaction, verification::body);
            }
        }
        return HookResult.DECLINED;
    }

    private DkimVerification begin(Transaction transaction) {
        Arrival arrival = arrivals.of(transaction);
        DkimVerification known = arrival.verification;
        if (known != null) {
            return known;
        }
        DkimVerification begun = verifier.begin(transaction.headers().octets());
        arrival.verification = begun;
        return begun;
    }

    @Override
    public HookResult onDataPostHeaders(Transaction transaction) {
        if (transaction.isImmune()) {
            return HookResult.IMMUNE;
        }
        DkimVerification verification = begin(transaction);
        return verification.needsBody()
                ? ArrivingBody.whole(
                        arrivals.of(transaction).body,
                        transaction,
                        verification::body,
                        () -> awaitKeys(transaction, verification))
                : awaitKeys(transaction, verification);
    }

    private HookResult awaitKeys(Transaction transaction, DkimVerification verification) {
        CompletionStage<Void> keys = verification.keysFound();
        return HookResult.later(
                keys, timeout, unanswered(), any -> judgeWhereFit(transaction, verification));
    }

    private HookResult judgeWhereFit(Transaction transaction, DkimVerification verification) {
        return verification.signatures() > FEW
                ? HookResult.onChild(() -> judge(transaction, verification))
                : judge(transaction, verification);
    }

    private HookResult unanswered() {
        return HookResult.DECLINED.because(
                "error: no answer of the DNS within " + timeout.toSeconds() + " s");
    }

    private HookResult judge(Transaction transaction, DkimVerification verification) {
        Verdict verdict = Verdict.of(verification.results());
        arrivals.of(transaction).verdict = verdict;
        verdict.entries().forEach(transaction.connection()::addAuthenticationResult);
        transaction.notes().put(RESULT, verdict.word());
        transaction.notes().put(SIGNATURES, verdict.lines());
        if (verdict.isNone()) {
            return HookResult.skip("no signature");
        }
        if (verdict.isPass()) {
            transaction.notes().put(NoteKey.DKIM_PASS_DOMAINS, verdict.passDomains());
            return HookResult.pass(verdict.passDomains());
        }
        HookResult failed = HookResult.DECLINED.because("fail, tolerated: " + verdict.fault());
        return verdict.isTemporary() ? failed : failed.withKarma(-1);
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        if (transaction.isImmune() || reject.mode() == Reject.Mode.TOLERATE) {
            return HookResult.DECLINED;
        }
        Verdict verdict = arrivals.of(transaction).verdict;
        if (verdict == null) {
            return HookResult.denySoft(
                    "Unable to verify the signatures, try again later (#4.7.5)",
                    "they could not be verified");
        }
        if (verdict.isNone() || verdict.isPass()) {
            return HookResult.DECLINED;
        }
        return verdict.isTemporary()
                ? HookResult.denySoft("Please try again later - " + verdict.fault(), "temperror")
                : reject.decide("signature invalid: " + verdict.fault());
    }

    @Override
    public HookResult onQueuePre(Transaction transaction) {
        return outgoing.sign(transaction);
    }

    @Override
    public String command() {
        return "dkim";
    }

    @Override
    public List<String> usage() {
        return Commands.USAGE;
    }

    @Override
    public boolean run(List<String> words, PrintWriter out) throws IOException {
        return commands.run(words, out);
    }
}
