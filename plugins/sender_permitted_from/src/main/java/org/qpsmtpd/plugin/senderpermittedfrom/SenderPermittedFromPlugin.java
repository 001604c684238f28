package org.qpsmtpd.plugin.senderpermittedfrom;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.DataPostHeadersHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.PluginState;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DomainName;
import org.qpsmtpd.mailauth.server.ResolverDns;
import org.qpsmtpd.mailauth.spf.ReceivedSpf;
import org.qpsmtpd.mailauth.spf.SpfChecker;
import org.qpsmtpd.mailauth.spf.SpfIdentity;
import org.qpsmtpd.mailauth.spf.SpfRequest;
import org.qpsmtpd.mailauth.spf.SpfResult;
import org.qpsmtpd.mailauth.spf.SpfSettings;
import org.qpsmtpd.mailauth.spf.SpfVerdict;

/**
 * Asks the sender's domain whether the client may send for it.
 *
 * <p>{@code mail}: asks the name in HELO first, and when that does not forbid it the domain of the
 * sender; for the null sender only the name. Leaves the results in the field
 * Authentication-Results, that of the sender in the note {@code dmarc_spf}, and the domain that
 * lets send in {@code spf_pass_host}. {@code data_post_headers}: adds the field Received-SPF.
 * {@code data_post}: refuses what was left until DMARC is known, and where there is no policy of
 * DMARC what {@code no_dmarc_policy} says.
 *
 * <p>Settings: those of {@link SenderPermittedFromConfig}. File: {@code spfbehavior}, as {@code
 * reject}, where that is not given.
 *
 * <p>Faults: a DNS that does not answer defers from {@code reject 2} on, and never refuses for
 * good.
 *
 * <p>Source: qpsmtpd {@code plugins/sender_permitted_from @ df5b04d}, RFC 7208, RFC 7372.
 */
@Component(
        configurationPid = "sender_permitted_from",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SenderPermittedFromConfig.class, factory = true)
@Plugin(name = "sender_permitted_from", files = "spfbehavior")
@NonBlocking
public final class SenderPermittedFromPlugin
        implements MailHook, DataPostHeadersHook, DataPostHook, FileCheck {
    private static final NoteKey<String> RESULT = new NoteKey<>("dmarc_spf", String.class);

    private final int level;
    private final boolean asksHelo;
    private final boolean addsField;
    private final Duration limit;
    private final String receiver = HostName.ofThisMachine();
    private final SpfChecker checker;
    private final Dmarc dmarc;
    private final PluginState<List<SpfVerdict>> verdicts = new PluginState<>(ArrayList::new);
    private final ConfigView<List<Integer>> behavior =
            ConfigView.ofEntries("spfbehavior", line -> parse(line.text()));

    @Activate
    public SenderPermittedFromPlugin(
            SenderPermittedFromConfig config, @Reference Resolver resolver) {
        level =
                config.reject() > 0 || config.spf__deny() == 0
                        ? config.reject()
                        : config.spf__deny() + 2;
        asksHelo = config.check__helo();
        addsField = config.received__spf();
        limit = Duration.ofSeconds(config.timeout());
        SpfSettings usual = SpfSettings.of(receiver);
        Dns dns = new ResolverDns(resolver.forPurpose(DnsPurpose.AUTHENTICATION));
        dmarc = new Dmarc(config, dns);
        checker =
                new SpfChecker(
                        dns,
                        new SpfSettings(
                                receiver,
                                usual.lookups(),
                                usual.voids(),
                                limit,
                                Clock.systemUTC()));
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = parse(line);
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        String host = sender.comparableHost();
        if (transaction.isImmune()) {
            note(transaction, SpfIdentity.MAIL_FROM, SpfResult.PASS, host);
            return HookResult.IMMUNE;
        }
        Connection connection = transaction.connection();
        SpfRequest request =
                SpfRequest.mailFrom(
                        connection.remoteAddress(), connection.helloHost(), sender.user(), host);
        note(transaction, request.identity(), SpfResult.TEMPERROR, request.domain());
        Policy policy = new Policy(level(connection.config()));
        return HookResult.later(
                ask(request, policy), limit, policy.late(), all -> judge(transaction, policy, all));
    }

    /** The verdicts in the order of asking; the last one decides. */
    private CompletionStage<List<SpfVerdict>> ask(SpfRequest request, Policy policy) {
        if (request.identity() == SpfIdentity.HELO || !asksHelo) {
            return checker.check(request).thenApply(List::of);
        }
        return checker.check(SpfRequest.helo(request.client(), request.helo()))
                .thenCompose(helo -> go(request, policy, helo));
    }

    /** A name that is refused saves what the sender's domain would cost (RFC 7208, 2.3). */
    private CompletionStage<List<SpfVerdict>> go(
            SpfRequest request, Policy policy, SpfVerdict helo) {
        return helo.result() == SpfResult.FAIL && policy.refusesFail()
                ? CompletableFuture.completedFuture(List.of(helo))
                : checker.check(request).thenApply(verdict -> List.of(helo, verdict));
    }

    private HookResult judge(Transaction transaction, Policy policy, List<SpfVerdict> all) {
        SpfVerdict last = all.get(all.size() - 1);
        SpfRequest request = last.request();
        boolean isSender = request.identity() == SpfIdentity.MAIL_FROM;
        all.stream()
                .filter(verdict -> verdict.equals(last) || verdict.result() != SpfResult.NONE)
                .map(SenderPermittedFromPlugin::authenticationResult)
                .forEach(transaction.connection()::addAuthenticationResult);
        note(transaction, request.identity(), last.result(), request.domain());
        if (isSender && last.result() == SpfResult.PASS) {
            transaction.notes().put(NoteKey.SPF_PASS_HOST, request.domain());
        }
        verdicts.of(transaction).add(last);
        return dmarc.leave(transaction, last, policy.decide(last));
    }

    /** The result as RFC 8601, 2.7.2, writes it. */
    private static AuthenticationResult authenticationResult(SpfVerdict verdict) {
        boolean isHelo = verdict.request().identity() == SpfIdentity.HELO;
        String domain = DomainName.of(verdict.request().domain()).orElse("");
        return AuthenticationResult.of("spf", verdict.result().word())
                .with("smtp", isHelo ? "helo" : "mailfrom", domain);
    }

    private static void note(
            Transaction transaction, SpfIdentity identity, SpfResult result, String domain) {
        String scope = identity == SpfIdentity.HELO ? "helo" : "mfrom";
        transaction.notes().put(RESULT, (scope + " " + result.word() + " " + domain).strip());
    }

    @Override
    public HookResult onDataPostHeaders(Transaction transaction) {
        if (addsField) {
            verdicts.of(transaction)
                    .forEach(
                            verdict ->
                                    transaction
                                            .headers()
                                            .prepend(
                                                    "Received-SPF",
                                                    ReceivedSpf.value(verdict, receiver)));
        }
        return HookResult.DECLINED;
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        return dmarc.decide(transaction, verdicts.of(transaction));
    }

    private int level(Config config) {
        return level > 0 ? level : behavior.in(config).stream().findFirst().orElse(0);
    }

    private static int parse(String text) {
        boolean isLevel = text.length() == 1 && text.charAt(0) >= '0' && text.charAt(0) <= '6';
        if (!isLevel) {
            throw new IllegalArgumentException("'" + text + "' is no number from 0 to 6");
        }
        return text.charAt(0) - '0';
    }
}
