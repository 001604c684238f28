package org.qpsmtpd.plugin.dmarc;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHeadersHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.PostForkHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.service.Stores;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.PluginState;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.author.Authors;
import org.qpsmtpd.mailauth.dmarc.DmarcChecker;
import org.qpsmtpd.mailauth.dmarc.DmarcPolicy;
import org.qpsmtpd.mailauth.dmarc.DmarcRecord;
import org.qpsmtpd.mailauth.dmarc.DmarcRequest;
import org.qpsmtpd.mailauth.dmarc.DmarcResult;
import org.qpsmtpd.mailauth.dmarc.DmarcVerdict;
import org.qpsmtpd.mailauth.server.ResolverDns;
import org.qpsmtpd.plugin.dmarc.report.ReportOptions;
import org.qpsmtpd.plugin.dmarc.report.Reports;

/**
 * Applies the policy that the domain of the author publishes.
 *
 * <p>{@code data_post_headers}: evaluates the message by what the plugins sender_permitted_from and
 * dkim have found, tells the result in the field Authentication-Results, karma and the note {@code
 * dmarc_result}, and puts into quarantine what the domain wants there. {@code data_post}: refuses
 * what the domain wants to be rejected, and a message without a readable author.
 *
 * <p>What passes or fails is counted for the reports to the domain, which {@link Reports} sends.
 *
 * <p>{@code post-fork}: begins to send the reports that are due.
 *
 * <p>Settings: those of {@link DmarcConfig} and {@link ReportOptions}.
 *
 * <p>Faults: a DNS that does not answer is {@code temperror}, which never refuses; with {@code
 * defer_temperror} it defers where the policy may be to reject.
 *
 * <p>Source: qpsmtpd {@code plugins/dmarc @ df5b04d}, RFC 9989 and 8601.
 */
@Component(configurationPid = "dmarc", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DmarcConfig.class, factory = true)
@Plugin(name = "dmarc")
@NonBlocking
public final class DmarcPlugin
        implements DataPostHeadersHook, DataPostHook, PostForkHook, PluginCommand, PluginFigures {
    private static final int KARMA = -3;
    private static final String NO_AUTHOR = "empty from address, null sender?";
    private static final String UNREADABLE = "unparseable from header";
    private static final String MISSING =
            "nothing is known of SPF and DKIM, so no policy is applied: put the plugins"
                    + " sender_permitted_from and dkim before dmarc in config/plugins";

    private final PluginState<Arrival> arrivals = new PluginState<>(Arrival::new);
    private final DmarcChecker checker;
    private final Reports reports;
    private final Observing observing;
    private final Reject reject;
    private final Quarantine quarantine;
    private final boolean defersTemporary;
    private final Duration limit;
    private final AtomicBoolean hasWarned = new AtomicBoolean();

    /** What becomes of messages that a domain wants in quarantine. */
    enum Quarantine {
        /** They are kept apart. */
        QUARANTINE,
        /** They are told in the header. */
        HEADER
    }

    /** What is to be answered when the message is whole. */
    private static final class Arrival {
        private HookResult answer = HookResult.DECLINED;
    }

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    @Activate
    public DmarcPlugin(
            DmarcConfig config,
            ReportOptions options,
            @Reference Resolver resolver,
            @Reference Stores stores,
            @Reference ServerHome home) {
        reject = Reject.of(config.reject(), config.reject__type(), Action.DENY);
        quarantine = Choice.of(Quarantine.class, "quarantine", config.quarantine());
        defersTemporary = config.defer__temperror();
        limit = Duration.ofSeconds(config.timeout());
        Dns dns = new ResolverDns(resolver.forPurpose(DnsPurpose.AUTHENTICATION));
        checker = new DmarcChecker(dns, limit, Clock.systemUTC());
        reports = new Reports(options, stores, home, dns, checker::organizationalDomain);
        observing = new Observing(reports);
    }

    @Override
    public void onPostFork() {
        reports.start();
    }

    /** Ends the reports. */
    @Deactivate
    public void close() {
        reports.close();
    }

    @Override
    public HookResult onDataPostHeaders(Transaction transaction) {
        Evidence evidence = Evidence.of(transaction);
        boolean isLeftAlone = transaction.isImmune() && !evidence.hasDkim();
        if (transaction.connection().isRelayClient() || isLeftAlone) {
            return HookResult.IMMUNE;
        }
        Authors authors =
                Authors.of(
                        transaction.headers().all("From").stream()
                                .map(HeaderField::value)
                                .toList());
        return switch (authors.form()) {
            case ABSENT -> withoutAuthor(transaction, NO_AUTHOR);
            case UNREADABLE -> withoutAuthor(transaction, UNREADABLE);
            case NO_DOMAIN, DOMAINS -> evaluate(transaction, authors, evidence);
        };
    }

    /** Who reads such a message may be shown anything (RFC 9989 section 11.5). */
    private HookResult withoutAuthor(Transaction transaction, String fault) {
        DmarcVerdict verdict = DmarcVerdict.without(DmarcResult.PERMERROR, "", fault);
        new Finding(verdict, DmarcPolicy.NONE).tell(transaction);
        return refuse(transaction, fault, fault);
    }

    /** Refuses when the message is whole, if the settings say so; tells the log now. */
    private HookResult refuse(Transaction transaction, String text, String detail) {
        HookResult answer = reject.decide(text, detail);
        if (transaction.isImmune() || reject.mode() == Reject.Mode.TOLERATE) {
            return HookResult.DECLINED.because("fail, tolerated: " + detail);
        }
        boolean isPermanent = answer.action().refuses() && !answer.action().isTemporary();
        arrivals.of(transaction).answer = isPermanent ? answer.withCode(550) : answer;
        return HookResult.DECLINED.because("fail: " + detail);
    }

    private HookResult evaluate(Transaction transaction, Authors authors, Evidence evidence) {
        if (evidence.isMissing()) {
            if (!hasWarned.getAndSet(true)) {
                transaction.connection().log(LogLevel.WARN, List.of(MISSING));
            }
            return HookResult.skip("no results of SPF and DKIM");
        }
        if (authors.domains().isEmpty()) {
            return judge(
                    transaction, evidence, DmarcVerdict.without(DmarcResult.NONE, "", "no domain"));
        }
        arrivals.of(transaction).answer = deferral(transaction, "no answer of the DNS in time");
        CompletionStage<DmarcVerdict> verdict =
                checker.check(
                        new DmarcRequest(
                                authors.domains(), evidence.identifiersFor(authors.domains())));
        return HookResult.later(
                verdict,
                limit,
                HookResult.DECLINED.because("error: no answer of the DNS in time"),
                found -> judge(transaction, evidence, found));
    }

    private HookResult deferral(Transaction transaction, String detail) {
        return defersTemporary && !transaction.isImmune()
                ? HookResult.denySoft("Unable to tell the DMARC policy, try again later", detail)
                : HookResult.DECLINED;
    }

    private HookResult judge(Transaction transaction, Evidence evidence, DmarcVerdict verdict) {
        arrivals.of(transaction).answer = HookResult.DECLINED;
        Finding finding = new Finding(verdict, disposition(transaction, verdict));
        if (verdict.result() != DmarcResult.PERMERROR) {
            finding.tell(transaction);
            observing.observe(transaction, finding, evidence);
        }
        return switch (verdict.result()) {
            case PASS -> HookResult.pass(verdict.author() + " by " + finding.methods());
            case NONE -> HookResult.skip(finding.summary());
            case TEMPERROR -> temporary(transaction, verdict);
            case PERMERROR -> withoutAuthor(transaction, UNREADABLE);
            case FAIL -> fail(transaction, finding);
        };
    }

    /** What is done with the message. */
    private DmarcPolicy disposition(Transaction transaction, DmarcVerdict verdict) {
        boolean isApplied =
                switch (verdict.disposition()) {
                    case NONE -> false;
                    case QUARANTINE -> quarantine == Quarantine.QUARANTINE;
                    case REJECT -> reject.mode() != Reject.Mode.TOLERATE;
                };
        return isApplied && !isSpared(transaction) ? verdict.disposition() : DmarcPolicy.NONE;
    }

    /** Whether a policy is not applied: also where a forwarder whose word is taken says so. */
    private static boolean isSpared(Transaction transaction) {
        return transaction.isImmune() || transaction.notes().has(NoteKey.ARC_DMARC_PASS);
    }

    private HookResult temporary(Transaction transaction, DmarcVerdict verdict) {
        String detail = "temperror: " + verdict.problem();
        DmarcPolicy strictest =
                verdict.record().map(DmarcRecord::strictest).orElse(DmarcPolicy.REJECT);
        if (strictest == DmarcPolicy.REJECT) {
            arrivals.of(transaction).answer = deferral(transaction, detail);
        }
        return HookResult.DECLINED.because("fail, tolerated: " + detail);
    }

    private HookResult fail(Transaction transaction, Finding finding) {
        DmarcVerdict verdict = finding.verdict();
        if (verdict.disposition() == DmarcPolicy.NONE || isSpared(transaction)) {
            String why =
                    transaction
                            .notes()
                            .get(NoteKey.ARC_DMARC_PASS)
                            .map(domain -> ", passed when it came to " + domain)
                            .orElse("");
            return HookResult.DECLINED.because("fail, tolerated: " + finding.summary() + why);
        }
        if (verdict.disposition() == DmarcPolicy.REJECT) {
            String text = "failed DMARC policy for " + verdict.author();
            return refuse(transaction, text, finding.summary()).withKarma(KARMA);
        }
        if (finding.disposition() == DmarcPolicy.QUARANTINE) {
            transaction.quarantine("DMARC: " + finding.summary());
        }
        return HookResult.DECLINED
                .because("fail, tolerated: " + finding.summary())
                .withKarma(KARMA);
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        return arrivals.of(transaction).answer;
    }

    @Override
    public String command() {
        return "dmarc";
    }

    @Override
    public List<String> usage() {
        return Reports.USAGE;
    }

    @Override
    public boolean run(List<String> words, PrintWriter out)
            throws IOException, InterruptedException {
        return reports.run(words, out);
    }

    @Override
    public List<Figure> figures() {
        return reports.figures();
    }
}
