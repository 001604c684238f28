package org.qpsmtpd.plugin.rhsbl;

import java.util.List;
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
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses senders whose domain is on lists in the DNS.
 *
 * <p>{@code mail}: asks all lists of the file {@code rhsbl_zones} at once for the sender's domain;
 * the first one that has it decides. The null sender and addresses in brackets are not asked for.
 *
 * <p>Settings: {@code reject} (1) and {@code reject_type} (perm); {@code self_test}, whether lists
 * are tested (true).
 *
 * <p>Faults: a list that does not answer counts as one without hit; one that refuses to answer or
 * lists everything is not asked for an hour, and the log says so.
 *
 * <p>Source: qpsmtpd {@code plugins/rhsbl @ df5b04d}, RFC 5782.
 */
@Component(configurationPid = "rhsbl", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RhsblConfig.class, factory = true)
@Plugin(name = "rhsbl", positional = "reject_type", files = "rhsbl_zones", formerly = "async/rhsbl")
@NonBlocking
public final class RhsblPlugin implements MailHook, FileCheck, PluginFigures {
    private static final HookResult NO_DOMAIN = HookResult.skip("sender without domain");
    private static final HookResult NO_ZONES = HookResult.skip("no zones");

    private final Reject reject;
    private final DnsLists lists;
    private final ConfigView<List<DnsList>> zones = DnsList.view("rhsbl_zones");

    @Activate
    public RhsblPlugin(RejectSettings settings, RhsblConfig config, @Reference Resolver resolver) {
        reject = Reject.of(settings);
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
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        if (transaction.isImmune()) {
            return HookResult.IMMUNE;
        }
        if (sender.isNull()) {
            return HookResult.NULL_SENDER;
        }
        String host = sender.comparableHost();
        if (host.isEmpty() || host.startsWith("[")) {
            return NO_DOMAIN;
        }
        List<DnsList> asked = zones.in(transaction.connection().config());
        if (asked.isEmpty()) {
            return NO_ZONES;
        }
        return HookResult.later(
                lists.ask(asked, ListSubject.of(host), 1, transaction.connection().clock()),
                vote -> decide(host, vote));
    }

    private HookResult decide(String host, ListVote vote) {
        if (!vote.isReached()) {
            String silent = vote.unknown() == 0 ? "" : ", without answer: " + vote.unknown();
            return HookResult.pass("not listed" + silent);
        }
        Listing hit = vote.hits().get(0);
        String zone = hit.list().zone();
        String why = hit.text().isEmpty() ? "is listed by " + zone : hit.text();
        return reject.decide(
                "Mail from " + host + " rejected because it " + why, host + " in " + zone);
    }
}
