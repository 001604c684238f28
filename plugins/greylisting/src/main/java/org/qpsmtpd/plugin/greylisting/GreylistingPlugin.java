package org.qpsmtpd.plugin.greylisting;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.DataHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.service.Stores;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Defers mail of senders that are not known, until they come again.
 *
 * <p>{@code mail}, or {@code rcpt} when the recipient counts: DENYSOFT for one that is not known,
 * and for {@code black_timeout} after its first try; then it passes, and is known for {@code
 * white_timeout} after each message. {@code data}: refuses what was left for it. {@code data_post}:
 * judges with {@code deny_late message}.
 *
 * <p>Faults: when the store does not answer mail passes, unless {@code on_error} is {@code defer}.
 *
 * <p>Source: qpsmtpd {@code plugins/greylisting @ df5b04d}.
 */
@Component(configurationPid = "greylisting", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = GreylistingConfig.class, factory = true)
@Plugin(
        name = "greylisting",
        files = {"denysoft_greylist", "greylist_exclude_files"},
        formerly = "denysoft_greylist",
        accepts = "nothing",
        before = "rcpt_ok")
@NonBlocking
public final class GreylistingPlugin
        implements MailHook, RcptHook, DataHook, DataPostHook, FileCheck {
    /** Why the message is refused at DATA. */
    static final NoteKey<String> GREYLIST = new NoteKey<>("greylist", String.class);

    private static final Logger LOG = LoggerFactory.getLogger(GreylistingPlugin.class);
    private static final String TEXT = "This mail is temporarily denied";
    private static final String TERMS = "denysoft_greylist";

    private static final HookResult UNKNOWN = HookResult.denySoft(TEXT);

    private final GreyStore entries;
    private final GreyKeys keys;
    private final P0fRules p0f;
    private final ExcludeFiles excluded;
    private final Set<String> countries;
    private final Terms terms;
    private final ConfigView<Terms> fileTerms;
    private final Reject reject;
    private final Mode mode;
    private final Moment moment;
    private final boolean atRcpt;
    private final boolean perRecipient;
    private final boolean defers;

    /** qpsmtpd's former way to say whether to refuse. */
    private enum Mode {
        DENYSOFT,
        TESTONLY,
        OFF
    }

    /** When a message is refused. */
    private enum Moment {
        AT_ONCE,
        DATA,
        MESSAGE
    }

    private enum OnError {
        SKIP,
        DEFER
    }

    /**
     * Makes the plugin.
     *
     * @throws IllegalArgumentException naming an option, its value and what is allowed
     */
    @Activate
    public GreylistingPlugin(
            RejectSettings settings,
            GreylistingConfig config,
            @Reference Stores stores,
            @Reference Patterns patterns,
            @Reference ServerHome home) {
        mode = Choice.of(Mode.class, "mode", config.mode());
        Reject given = Reject.of(settings, Action.DENYSOFT);
        reject = mode == Mode.TESTONLY ? given.withMode(Reject.Mode.TOLERATE) : given;
        defers = Choice.of(OnError.class, "on_error", config.on__error()) == OnError.DEFER;
        moment = moment(config.deny__late());
        terms = Terms.of(config);
        fileTerms = new ConfigView<>(TERMS, this::fileTerms);
        perRecipient = config.per__recipient();
        atRcpt = config.recipient() || perRecipient;
        entries = new GreyStore(stores.open("greylist"), config.auto__allow());
        keys = new GreyKeys(config);
        p0f = new P0fRules(config.p0f(), patterns);
        excluded = new ExcludeFiles(home, patterns, System::nanoTime);
        countries =
                Stream.of(config.geoip())
                        .map(country -> country.strip().toUpperCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
        remarks(config).forEach(LOG::warn);
    }

    private static Moment moment(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "0", "no", "false", "off" -> Moment.AT_ONCE;
            case "1", "yes", "true", "on" -> Moment.DATA;
            case "message" -> Moment.MESSAGE;
            default ->
                    throw new IllegalArgumentException(
                            "deny_late '" + text + "' is not one of 0, 1, message");
        };
    }

    /** What to write instead of options that have no effect. */
    static List<String> remarks(GreylistingConfig config) {
        Map<String, Boolean> remarks = new LinkedHashMap<>();
        String redis = config.redis().indexOf(':') < 0 ? config.redis() + ":6379" : config.redis();
        remarks.put(
                "option redis has no effect, write redis://" + redis + " into config/store",
                !config.redis().isEmpty());
        remarks.put(
                "option db_dir has no effect, config/store says where entries are kept",
                !config.db__dir().isEmpty());
        remarks.put("option nfslock has no effect, the store needs no locks", config.nfslock());
        remarks.put(
                "option upgrade has no effect, the store's command imports a former file",
                !config.upgrade().isEmpty());
        return remarks.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public void checkLine(String file, String line) {
        if (file.equals(TERMS)) {
            var unused = terms.with(line);
        }
    }

    private Terms fileTerms(List<ConfigLine> lines) {
        Terms now = terms;
        for (ConfigLine line : lines) {
            try {
                now = now.with(line.text());
            } catch (IllegalArgumentException e) {
                LOG.warn("{}: left out: {}", line.place(), e.getMessage());
            }
        }
        return now;
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        if (atRcpt || moment == Moment.MESSAGE) {
            return HookResult.DECLINED;
        }
        Config config = transaction.connection().config();
        return judge(
                transaction,
                key -> List.of(keys.of(transaction, sender, Optional.empty(), key)),
                fileTerms.in(config),
                moment != Moment.AT_ONCE);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        if (!atRcpt || moment == Moment.MESSAGE) {
            return HookResult.DECLINED;
        }
        Config config = perRecipient ? recipient.config() : transaction.connection().config();
        Address sender = transaction.sender();
        Optional<Address> to = Optional.of(recipient.address());
        // a server that asks whether an address is there comes with the null sender
        boolean later = moment == Moment.DATA || sender.isNull();
        return judge(
                transaction,
                key -> List.of(keys.of(transaction, sender, to, key)),
                fileTerms.in(config),
                later);
    }

    @Override
    public HookResult onData(Transaction transaction) {
        Optional<String> fault = transaction.notes().get(GREYLIST);
        List<Recipient> recipients = transaction.recipients();
        int whitelisted = transaction.notes().get(NoteKey.WHITELIST_RCPT).orElse(0);
        if (fault.isEmpty() || recipients.isEmpty()) {
            return HookResult.DECLINED;
        }
        return whitelisted == recipients.size()
                ? HookResult.skip("all recipients are whitelisted")
                : reject.decide(TEXT, fault.get());
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        if (moment != Moment.MESSAGE) {
            return HookResult.DECLINED;
        }
        List<Recipient> recipients = transaction.recipients();
        int whitelisted = transaction.notes().get(NoteKey.WHITELIST_RCPT).orElse(0);
        if (whitelisted == recipients.size()) {
            return HookResult.skip("all recipients are whitelisted");
        }
        return judge(
                transaction,
                used -> ofAll(transaction, recipients, used),
                fileTerms.in(transaction.connection().config()),
                false);
    }

    private List<Optional<String>> ofAll(
            Transaction transaction, List<Recipient> recipients, Terms used) {
        Address sender = transaction.sender();
        return recipients.stream()
                .map(one -> keys.of(transaction, sender, Optional.of(one.address()), used))
                .distinct()
                .toList();
    }

    private HookResult judge(
            Transaction transaction,
            Function<Terms, List<Optional<String>>> wanted,
            Terms used,
            boolean later) {
        Optional<HookResult> exempt = exempt(transaction);
        if (exempt.isPresent()) {
            return exempt.get();
        }
        List<String> all = wanted.apply(used).stream().flatMap(Optional::stream).toList();
        if (all.isEmpty()) {
            return HookResult.skip("nothing is selected for the key");
        }
        Connection connection = transaction.connection();
        List<String> files = connection.config().list("greylist_exclude_files");
        return HookResult.later(
                excluded.list(files),
                list ->
                        list.contains(connection)
                                ? HookResult.skip("client is in greylist_exclude_files")
                                : ask(transaction, all, used, later));
    }

    private Optional<HookResult> exempt(Transaction transaction) {
        Connection connection = transaction.connection();
        if (mode == Mode.OFF) {
            return Optional.of(HookResult.skip("mode off"));
        }
        if (transaction.isImmune()) {
            return Optional.of(HookResult.skip("immune"));
        }
        if (p0f.exempts(connection.notes().get(NoteKey.P0F))) {
            return Optional.of(HookResult.skip("p0f does not match"));
        }
        String country = connection.notes().get(NoteKey.GEOIP_COUNTRY).orElse("");
        return countries.contains(country.toUpperCase(Locale.ROOT))
                ? Optional.of(HookResult.skip("country " + country))
                : Optional.empty();
    }

    private HookResult ask(Transaction transaction, List<String> all, Terms used, boolean later) {
        Connection connection = transaction.connection();
        Instant now = connection.clock().now();
        CompletionStage<Verdict> verdict =
                entries.judge(all.get(0), connection.remoteAddress(), now, used);
        for (String key : all.subList(1, all.size())) {
            verdict =
                    verdict.thenCombine(
                            entries.judge(key, connection.remoteAddress(), now, used),
                            Verdict::and);
        }
        return HookResult.later(verdict, said -> answer(transaction, said, used, later));
    }

    private HookResult answer(Transaction transaction, Verdict said, Terms used, boolean later) {
        if (!said.fault().isEmpty()) {
            return (defers ? UNKNOWN : HookResult.DECLINED)
                    .because("error: UNABLE TO OBTAIN GREYLIST RESULT: " + said.fault());
        }
        if (said.passes()) {
            return HookResult.pass(said.detail());
        }
        if (!used.rejects()) {
            return reject.withMode(Reject.Mode.TOLERATE).decide(TEXT, said.detail());
        }
        if (later) {
            transaction.notes().put(GREYLIST, said.detail());
            return HookResult.DECLINED.because("fail, left for DATA: " + said.detail());
        }
        return reject.decide(TEXT, said.detail());
    }
}
