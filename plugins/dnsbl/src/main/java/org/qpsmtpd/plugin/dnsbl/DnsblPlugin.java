package org.qpsmtpd.plugin.dnsbl;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.config.NetworkList;
import org.qpsmtpd.api.dnslist.DnsList;
import org.qpsmtpd.api.dnslist.DnsLists;
import org.qpsmtpd.api.dnslist.ListSubject;
import org.qpsmtpd.api.dnslist.ListVote;
import org.qpsmtpd.api.dnslist.Listing;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses clients whose address is on lists in the DNS.
 *
 * <p>{@code connect}: asks all lists at once; a client on one of them, or with {@code threshold} on
 * enough of them, loses 1 of karma and is refused as {@code reject} and {@code reject_type} say.
 * {@code rcpt}: always DECLINED; spares recipients such as postmaster a refusal that was left for
 * later.
 *
 * <p>Settings: {@code reject} (1) and {@code reject_type} (perm); {@code timeout}, seconds (30);
 * {@code threshold}, what the weights of the lists must reach (1); {@code self_test}, whether lists
 * are tested (true). Files: {@code dnsbl_zones}, {@code dnsbl_allow}, {@code dnsbl_rejectmsg}.
 *
 * <p>Faults: a list that does not answer counts as one without hit; one that refuses to answer or
 * lists everything is not asked for an hour, and the log says so.
 *
 * <p>Source: qpsmtpd {@code plugins/dnsbl @ df5b04d}, RFC 5782.
 */
@Component(configurationPid = "dnsbl", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DnsblConfig.class, factory = true)
@Plugin(
        name = "dnsbl",
        positional = "reject_type",
        files = {"dnsbl_zones", "dnsbl_allow", "dnsbl_rejectmsg"},
        formerly = "async/dnsbl",
        accepts = "nothing")
@NonBlocking
public final class DnsblPlugin implements ConnectHook, RcptHook, FileCheck, PluginFigures {
    private static final HookResult ALLOWED = HookResult.skip("in dnsbl_allow");
    private static final HookResult NO_ZONES = HookResult.skip("no zones");
    private static final HookResult SPARED =
            HookResult.DECLINED.because("fail, tolerated: don't blacklist special account");

    private final Reject reject;
    private final RblSmtpd rblSmtpd;
    private final DnsLists lists;
    private final Duration limit;
    private final int threshold;
    private final ConfigView<List<DnsList>> zones = DnsList.view("dnsbl_zones");
    private final ConfigView<NetworkList> allowed = NetworkList.view("dnsbl_allow");

    @Activate
    public DnsblPlugin(RejectSettings settings, DnsblConfig config, @Reference Resolver resolver) {
        this(settings, config, resolver, Optional.ofNullable(System.getenv(RblSmtpd.VARIABLE)));
    }

    DnsblPlugin(
            RejectSettings settings,
            DnsblConfig config,
            Resolver resolver,
            Optional<String> environment) {
        boolean atConnect = settings.reject().equalsIgnoreCase("connect");
        reject = atConnect ? refusing(settings) : Reject.of(settings);
        rblSmtpd = new RblSmtpd(environment, reject, atConnect);
        lists = new DnsLists(resolver.forPurpose(DnsPurpose.LISTS), config.self__test());
        limit = Duration.ofSeconds(config.timeout());
        threshold = config.threshold();
    }

    private static Reject refusing(RejectSettings settings) {
        Action type = Reject.parseType(settings.reject__type(), Action.DENY);
        return new Reject(Reject.Mode.REFUSE, type, !settings.reject__type().isEmpty());
    }

    @Override
    public void checkLine(String file, String line) {
        if (file.equals("dnsbl_zones")) {
            var unused = DnsList.parse(line);
        }
        if (file.equals("dnsbl_allow")) {
            var unused = NetworkList.parse(line);
        }
    }

    @Override
    public List<Figure> figures() {
        return lists.figures();
    }

    @Override
    public HookResult onConnect(Connection connection) {
        Optional<HookResult> bySuperServer = rblSmtpd.answer(connection);
        if (bySuperServer.isPresent()) {
            return bySuperServer.get();
        }
        if (connection.isImmune()) {
            return HookResult.IMMUNE;
        }
        Config config = connection.config();
        if (allowed.in(config).contains(connection.remoteAddress())) {
            return ALLOWED;
        }
        List<DnsList> asked = zones.in(config);
        if (asked.isEmpty()) {
            return NO_ZONES;
        }
        return HookResult.later(
                lists.ask(
                        asked,
                        ListSubject.of(connection.remoteAddress()),
                        threshold,
                        connection.clock()),
                limit,
                HookResult.pass("lists did not answer within " + limit.toSeconds() + " s"),
                vote -> decide(vote, connection));
    }

    private HookResult decide(ListVote vote, Connection connection) {
        if (!vote.isReached()) {
            String silent = vote.unknown() == 0 ? "" : ", without answer: " + vote.unknown();
            return HookResult.pass(found(vote) + silent);
        }
        StringBuilder text = new StringBuilder();
        connection.config().list("dnsbl_rejectmsg").forEach(line -> text.append(line).append('\n'));
        vote.hits().stream()
                .filter(hit -> hit.list().weight() > 0)
                .findFirst()
                .ifPresent(hit -> text.append(why(hit, connection)));
        return reject.decide(text.toString(), found(vote)).withKarma(-1);
    }

    private static String why(Listing hit, Connection connection) {
        return hit.text().isEmpty()
                ? connection.remoteIp() + " is listed by " + hit.list().zone()
                : hit.text();
    }

    /** Which lists the client is on, and for weights their sum. */
    private String found(ListVote vote) {
        if (vote.hits().isEmpty()) {
            return "not listed";
        }
        String names =
                vote.hits().stream()
                        .map(hit -> hit.list().zone())
                        .collect(Collectors.joining(", "));
        boolean isWeighted = vote.hits().stream().anyMatch(hit -> hit.list().weight() != 1);
        return isWeighted || threshold > 1 ? names + ", score " + vote.score() : names;
    }

    /** Only this recipient is spared, and only what was known of the client by now. */
    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        boolean isSpecial =
                switch (recipient.address().user().toLowerCase(Locale.ROOT)) {
                    case "postmaster", "abuse", "mailer-daemon", "root" -> true;
                    default -> false;
                };
        return isSpecial ? spare(transaction.connection(), recipient) : HookResult.DECLINED;
    }

    private static HookResult spare(Connection connection, Recipient recipient) {
        if (connection.naughty().isEmpty()) {
            return HookResult.DECLINED;
        }
        recipient.notes().put(NoteKey.NAUGHTY_SPARED, connection.naughty().get().text());
        return SPARED;
    }
}
