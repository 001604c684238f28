package org.qpsmtpd.plugin.uribl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.config.DomainList;
import org.qpsmtpd.api.dnslist.DnsLists;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.MimeReader;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.MessageBody;
import org.qpsmtpd.api.session.Transaction;

/**
 * Looks up the hosts that a message names on lists in the DNS.
 *
 * <p>{@code data_post}: hosts of the text and HTML parts are asked of all lists of the file {@code
 * uribl_zones} at once; a hit adds a header field, refuses, or is logged, as the line or {@code
 * action} says. Messages of immune clients and whitelisted senders are not looked at.
 *
 * <p>Settings: {@code action} (add-header); {@code timeout}, seconds (30); {@code scan-headers}
 * (false); {@code checkip}, whether addresses are looked up (true); {@code max_hosts} (100) and
 * {@code max_lookups} (1000) of a message; {@code self_test}, whether lists are tested (true).
 *
 * <p>Faults: a list that does not answer in time counts as one without hit; one that refuses to
 * answer or lists everything is not asked for an hour, and the log says so.
 *
 * <p>Source: qpsmtpd {@code plugins/uribl @ df5b04d}, RFC 5782.
 */
@Component(configurationPid = "uribl", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = UriblConfig.class, factory = true)
@Plugin(
        name = "uribl",
        files = {UriblPlugin.ZONES, UriblPlugin.SPARED},
        formerly = "async/uribl")
@NonBlocking
public final class UriblPlugin implements DataPostHook, FileCheck, PluginFigures {
    static final String ZONES = "uribl_zones";
    static final String SPARED = "uribl_whitelist_domains";

    /** Above, a message is searched on a thread of its own and not on that of its connection. */
    private static final long SMALL = 64 * 1024;

    private static final String FIELD = "X-URIBL-Match";
    private static final HookResult NO_ZONES = HookResult.skip("no zones");
    private static final HookResult NO_HOSTS = HookResult.pass("no hosts");

    private final UriblConfig config;
    private final Zone.Act action;
    private final Duration limit;
    private final MimeReader reader;
    private final DnsLists lists;
    private final ConfigView<List<Zone>> zones;
    private final ConfigView<DomainList> spared = DomainList.view(SPARED);
    private final ExecutorService large =
            Executors.newFixedThreadPool(2, UriblPlugin::threadForLargeMessages);

    /** Makes the plugin. */
    @Activate
    public UriblPlugin(
            UriblConfig config, @Reference MimeReader reader, @Reference Resolver resolver) {
        this(config, reader, resolver, Duration.ofSeconds(config.timeout()));
    }

    UriblPlugin(UriblConfig config, MimeReader reader, Resolver resolver, Duration limit) {
        this.config = config;
        this.reader = reader;
        this.limit = limit;
        action = Zone.Act.of(config.action());
        zones = ConfigView.ofEntries(ZONES, line -> Zone.parse(line.text(), action));
        lists = new DnsLists(resolver.forPurpose(DnsPurpose.URIS), config.self__test());
    }

    private static Thread threadForLargeMessages(Runnable work) {
        Thread thread = new Thread(work, "qpsmtpd-uribl");
        thread.setDaemon(true);
        return thread;
    }

    /** Ends the threads once what they do is done. */
    @Deactivate
    public void close() {
        large.shutdown();
    }

    @Override
    public void checkLine(String file, String line) {
        if (file.equals(ZONES)) {
            var unused = Zone.parse(line, action);
        } else {
            var unused = DomainList.parse(line);
        }
    }

    @Override
    public List<Figure> figures() {
        return lists.figures();
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        if (transaction.isImmune()) {
            return HookResult.IMMUNE;
        }
        Connection connection = transaction.connection();
        List<Zone> asked = zones.in(connection.config());
        if (asked.isEmpty()) {
            return NO_ZONES;
        }
        List<String> header =
                config.scan__headers() || config.check__headers()
                        ? transaction.headers().fields().stream()
                                .map(HeaderField::unfolded)
                                .toList()
                        : List.of();
        MessageBody body = transaction.body();
        if (body.inMemory() && body.size() <= SMALL) {
            return ask(hosts(header, body), asked, transaction);
        }
        return HookResult.later(
                CompletableFuture.supplyAsync(
                        () -> hosts(header, body), connection.carrying(large)),
                found -> ask(found, asked, transaction));
    }

    private FoundHosts hosts(List<String> header, MessageBody body) {
        MessageHosts hosts = new MessageHosts();
        hosts.header(header);
        try (InputStream message = body.open()) {
            hosts.body(reader, message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return hosts.found();
    }

    private HookResult ask(FoundHosts hosts, List<Zone> asked, Transaction transaction) {
        Connection connection = transaction.connection();
        Config files = connection.config();
        FoundHosts.Wanted wanted =
                hosts.wanted(spared.in(files), config.checkip(), config.max__hosts());
        List<Inquiry.Question> questions =
                Inquiry.questions(asked, wanted.subjects(), config.max__lookups());
        if (questions.isEmpty()) {
            return NO_HOSTS;
        }
        return HookResult.later(
                new Inquiry(questions).ask(lists, connection.clock(), limit),
                inquiry -> decide(inquiry, wanted, transaction));
    }

    private HookResult decide(Inquiry inquiry, FoundHosts.Wanted wanted, Transaction transaction) {
        List<Inquiry.Hit> hits = inquiry.hits();
        if (hits.isEmpty()) {
            return HookResult.pass("not listed" + unknown(inquiry, wanted));
        }
        for (Inquiry.Hit hit : hits) {
            transaction.connection().log(LogLevel.WARN, List.of(hit.toString()));
        }
        for (Zone.Act act : List.of(Zone.Act.DENY, Zone.Act.DENYSOFT)) {
            for (Inquiry.Hit hit : hits) {
                if (hit.zone().action() == act) {
                    String text = hit.toString();
                    return act == Zone.Act.DENY
                            ? HookResult.deny(text, text)
                            : HookResult.denySoft(text, text);
                }
            }
        }
        hits.stream()
                .filter(hit -> hit.zone().action() == Zone.Act.ADD_HEADER)
                .forEach(hit -> transaction.headers().append(FIELD, hit.toString()));
        return HookResult.DECLINED.because("fail, tolerated: " + hits.get(0));
    }

    private static String unknown(Inquiry inquiry, FoundHosts.Wanted wanted) {
        String silent =
                inquiry.unanswered() == 0 ? "" : ", without answer: " + inquiry.unanswered();
        return wanted.leftOut() == 0 ? silent : silent + ", too many hosts: " + wanted.leftOut();
    }
}
