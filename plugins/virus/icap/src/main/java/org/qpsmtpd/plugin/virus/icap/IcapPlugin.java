package org.qpsmtpd.plugin.virus.icap;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.Peers;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.scan.Scans;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.api.session.MessageBody;
import org.qpsmtpd.api.session.Transaction;

/**
 * Has an ICAP server look for viruses.
 *
 * <p>{@code data_post}: refuses a message with a virus, or says so in its header; says in the
 * header of others that they were looked at. What the server would put in the place of a message is
 * never taken.
 *
 * <p>Settings: those of {@link IcapConfig} and {@link PeerOptions}.
 *
 * <p>Faults: a message that the server does not scan in time goes on, or is deferred with {@code
 * on_error defer}.
 *
 * <p>Source: RFC 3507, draft-stecher-icap-subid-00.
 */
@Component(configurationPid = "virus.icap", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = IcapConfig.class, factory = true)
@Plugin(name = "virus/icap")
@NonBlocking
public final class IcapPlugin implements DataPostHook, PluginFigures {
    private static final String LATER = "Unable to scan for viruses";
    private static final String FOUND = "X-Virus-Found";
    private static final String DETAILS = "X-Virus-Details";
    private static final String CHECKED = "X-Virus-Checked";
    private static final String MODIFIED = "content that the scanner would change";
    private static final Duration KEEP = Duration.ofSeconds(30);
    private static final int ICAP_PORT = 1344;
    private static final int UNIT = 1024;

    private final Peer peer;
    private final Icap icap;
    private final Wishes wishes;
    private final Scans scans;
    private final Deny deny;
    private final String service;
    private final boolean deniesModified;
    private final long mostOctets;

    private enum Deny {
        YES,
        NO,
        NAUGHTY
    }

    private enum Modified {
        VIRUS,
        CLEAN
    }

    private enum Method {
        RESPMOD,
        REQMOD
    }

    /** Checks the settings. */
    @Activate
    public IcapPlugin(IcapConfig config, PeerOptions options, @Reference Peers peers) {
        deny = deny(config.deny__viruses());
        deniesModified = Choice.of(Modified.class, "modified", config.modified()) == Modified.VIRUS;
        mostOctets = Math.multiplyExact(config.max__size(), UNIT);
        scans = Scans.of(config.on__error(), LATER);
        service = service(config.icap__service());
        boolean isRequest = Choice.of(Method.class, "method", config.method()) == Method.REQMOD;
        List<PeerAddress> backends =
                PeerAddress.parseAll("icap_server", config.icap__server(), ICAP_PORT);
        peer = peers.open("ICAP server", PeerSettings.of(backends, options).keeping(KEEP));
        PeerAddress first = backends.get(0);
        String host = first.socket().isPresent() ? "localhost" : first.toString();
        icap = new Icap(peer, host, service, isRequest, config.preview());
        wishes = new Wishes(icap);
    }

    private static Deny deny(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "1", "true", "on" -> Deny.YES;
            case "0", "false", "off" -> Deny.NO;
            default -> Choice.of(Deny.class, "deny_viruses", text);
        };
    }

    private static String service(String text) {
        if (!text.matches("[A-Za-z0-9._~/?=&%:@+-]{1,200}")) {
            throw new IllegalArgumentException(
                    "icap_service '" + text + "' is not the path of an icap URL, such as avscan");
        }
        return text.startsWith("/") ? text.substring(1) : text;
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        MessageBody body = transaction.body();
        if (transaction.connection().naughty().isPresent()) {
            return HookResult.skip("naughty");
        }
        if (body.size() > mostOctets) {
            return scans.tooLarge(body.size(), mostOctets);
        }
        String me = me(transaction);
        Icap.Mail mail =
                new Icap.Mail(
                        Outgoing.received(body),
                        transaction.connection().remoteIp(),
                        Hosts.isDomain(me, false) ? me : "localhost");
        CompletionStage<IcapAnswer> answer =
                wishes.get(transaction.connection().clock().now())
                        .thenCompose(wants -> icap.scan(mail, wants));
        return scans.answer(answer, found -> judge(transaction, found, me));
    }

    private static String me(Transaction transaction) {
        return transaction.connection().config().value("me").orElseGet(HostName::ofThisMachine);
    }

    private HookResult judge(Transaction transaction, IcapAnswer answer, String me) {
        wishes.saw(answer.tag());
        Headers headers = transaction.headers();
        for (String name : List.of(FOUND, DETAILS, CHECKED)) {
            var unused = headers.remove(name);
        }
        boolean isModified = answer.isModified() && deniesModified;
        if (answer.threat().isEmpty() && !isModified) {
            headers.prepend(CHECKED, "by the ICAP service " + service + " on " + me);
            headers.prepend(FOUND, "No");
            return HookResult.pass(answer.isModified() ? "clean, " + MODIFIED : "clean");
        }
        String name = answer.threat().isEmpty() ? MODIFIED : answer.threat();
        if (deny != Deny.YES) {
            headers.prepend(DETAILS, name);
            headers.prepend(FOUND, "Yes");
        }
        return refusal(name).withKarma(-1);
    }

    private HookResult refusal(String name) {
        String text = "Virus found: " + name;
        String found = "found virus " + name;
        return switch (deny) {
            case YES -> HookResult.deny(text, found);
            case NO -> HookResult.DECLINED.because("fail, tolerated: " + found);
            case NAUGHTY ->
                    HookResult.naughty(Action.DECLINED, text).because("fail, NAUGHTY: " + found);
        };
    }

    @Override
    public List<Figure> figures() {
        return scans.figures(peer.figures());
    }

    /** Ends the connections. */
    @Deactivate
    public void close() {
        peer.close();
    }
}
