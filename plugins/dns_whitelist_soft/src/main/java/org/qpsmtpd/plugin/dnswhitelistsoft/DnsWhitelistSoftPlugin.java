package org.qpsmtpd.plugin.dnswhitelistsoft;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.dnslist.DnsList;
import org.qpsmtpd.api.dnslist.DnsLists;
import org.qpsmtpd.api.dnslist.ListSubject;
import org.qpsmtpd.api.dnslist.ListVote;
import org.qpsmtpd.api.dnslist.Listing;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.PluginState;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Has filters leave clients alone whose address is on a list of friends in the DNS.
 *
 * <p>{@code connect}: asks all lists of the file {@code whitelist_zones} at once. {@code rcpt}: at
 * the first recipient waits for what is missing, and sets the note {@code whitelisthost} of the
 * connection; with {@code at connect} that is done at once. Always DECLINED.
 *
 * <p>Settings: {@code at}, rcpt or connect (rcpt); {@code timeout}, seconds (4); {@code self_test},
 * whether lists are tested (true).
 *
 * <p>Faults: a list that does not answer in time counts as one without hit.
 *
 * <p>Source: qpsmtpd {@code plugins/dns_whitelist_soft @ df5b04d}, RFC 5782.
 */
@Component(
        configurationPid = "dns_whitelist_soft",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DnsWhitelistSoftConfig.class, factory = true)
@Plugin(
        name = "dns_whitelist_soft",
        files = "whitelist_zones",
        formerly = "async/dns_whitelist_soft=at connect",
        accepts = "nothing")
@NonBlocking
public final class DnsWhitelistSoftPlugin
        implements ConnectHook, RcptHook, FileCheck, PluginFigures {
    private static final HookResult NO_ZONES = HookResult.skip("no zones");

    private final boolean waitsAtConnect;
    private final Duration limit;
    private final HookResult late;
    private final DnsLists lists;
    private final ConfigView<List<DnsList>> zones = DnsList.view("whitelist_zones");
    private final PluginState<Asked> asked = new PluginState<>(Asked::new);

    private enum Moment {
        RCPT,
        CONNECT
    }

    /** The answers that a connection still has to wait for. */
    private static final class Asked {
        private @Nullable CompletionStage<ListVote> vote;
    }

    @Activate
    public DnsWhitelistSoftPlugin(DnsWhitelistSoftConfig config, @Reference Resolver resolver) {
        waitsAtConnect = Choice.of(Moment.class, "at", config.at()) == Moment.CONNECT;
        limit = Duration.ofSeconds(config.timeout());
        late = HookResult.pass("lists did not answer within " + config.timeout() + " s");
        lists = new DnsLists(resolver.forPurpose(DnsPurpose.LISTS), config.self__test());
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = DnsList.parse(line);
    }

    @Override
    public List<Figure> figures() {
        return lists.figures();
    }

    @Override
    public HookResult onConnect(Connection connection) {
        if (connection.isImmune()) {
            return HookResult.IMMUNE;
        }
        List<DnsList> friends = zones.in(connection.config());
        if (friends.isEmpty()) {
            return NO_ZONES;
        }
        CompletionStage<ListVote> vote =
                lists.ask(
                        friends, ListSubject.of(connection.remoteAddress()), 1, connection.clock());
        if (waitsAtConnect) {
            return await(connection, vote);
        }
        asked.of(connection).vote = vote;
        return HookResult.DECLINED;
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        Connection connection = transaction.connection();
        Asked state = asked.of(connection);
        CompletionStage<ListVote> vote = state.vote;
        if (vote == null) {
            return HookResult.DECLINED;
        }
        state.vote = null;
        return await(connection, vote);
    }

    private HookResult await(Connection connection, CompletionStage<ListVote> vote) {
        return HookResult.later(vote, limit, late, found -> note(connection, found));
    }

    private static HookResult note(Connection connection, ListVote vote) {
        if (!vote.isReached()) {
            return HookResult.pass("not whitelisted");
        }
        Listing friend = vote.hits().get(0);
        String zone = friend.list().zone();
        String why = friend.text().isEmpty() ? "listed by " + zone : friend.text();
        connection.notes().put(NoteKey.WHITELIST_HOST, why);
        return HookResult.pass("whitelisted by " + zone + ": " + why);
    }
}
