package org.qpsmtpd.plugin.virus.clamdscan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerFailure;
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
 * Has clamd look for viruses.
 *
 * <p>{@code data_post}: refuses a message with a virus, or says so in its header; says in the
 * header of others that they were looked at.
 *
 * <p>Settings: those of {@link ClamdscanConfig} and {@link PeerOptions}.
 *
 * <p>Faults: a message that clamd does not scan in time goes on, or is deferred with {@code
 * on_error defer}.
 *
 * <p>Source: qpsmtpd {@code plugins/virus/clamdscan @ df5b04d}, clamd(8).
 */
@Component(configurationPid = "virus.clamdscan", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ClamdscanConfig.class, factory = true)
@Plugin(name = "virus/clamdscan", formerly = "clamdscan")
@NonBlocking
public final class ClamdscanPlugin implements DataPostHook, PluginFigures {
    private static final String LATER = "Unable to scan for viruses";
    private static final String FOUND = "X-Virus-Found";
    private static final String DETAILS = "X-Virus-Details";
    private static final String CHECKED = "X-Virus-Checked";
    private static final int UNIT = 1024;

    private final Peer peer;
    private final Clamd clamd;
    private final Signatures signatures;
    private final Scans scans;
    private final Deny deny;
    private final boolean byFile;
    private final boolean scansAll;
    private final long mostOctets;

    private enum Deny {
        YES,
        NO,
        NAUGHTY
    }

    private enum ScanBy {
        STREAM,
        FILE
    }

    /** Checks the settings. */
    @Activate
    public ClamdscanPlugin(ClamdscanConfig config, PeerOptions options, @Reference Peers peers) {
        deny = deny(config.deny__viruses());
        byFile = Choice.of(ScanBy.class, "scan_by", config.scan__by()) == ScanBy.FILE;
        scansAll = config.scan__all();
        mostOctets = Math.multiplyExact(config.max__size(), UNIT);
        String usual = config.defer__on__error() ? "defer" : "skip";
        scans = Scans.of(config.on__error().isEmpty() ? usual : config.on__error(), LATER);
        peer = peers.open("clamd", PeerSettings.of(backends(config), options));
        clamd = new Clamd(peer);
        signatures = new Signatures(clamd);
    }

    private static Deny deny(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "1", "true", "on" -> Deny.YES;
            case "0", "false", "off" -> Deny.NO;
            default -> Choice.of(Deny.class, "deny_viruses", text);
        };
    }

    private static List<PeerAddress> backends(ClamdscanConfig config) {
        int port = config.clamd__port();
        if (port == 0) {
            return PeerAddress.parseAll("clamd_socket", config.clamd__socket(), 0);
        }
        return PeerAddress.parseAll("clamd_host", config.clamd__host(), port);
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
        if (!scansAll && !hasParts(transaction.headers())) {
            return HookResult.skip("no parts");
        }
        try {
            return scans.answer(scan(transaction, body), seen -> judge(transaction, seen));
        } catch (IOException e) {
            String why = "the message is in no file: " + e.getMessage();
            return scans.failed(new PeerFailure(PeerFailure.Kind.FAULT, why));
        }
    }

    /**
     * What clamd saw.
     *
     * @param virus its name; absent when there is none
     * @param program who looked
     */
    private record Seen(Optional<String> virus, String program) {}

    private CompletionStage<Seen> scan(Transaction transaction, MessageBody body)
            throws IOException {
        CompletionStage<String> program =
                signatures.program(transaction.connection().clock().now());
        CompletionStage<Optional<String>> virus =
                byFile && !body.inMemory() ? clamd.file(body) : clamd.stream(body);
        return virus.thenCombine(program, Seen::new);
    }

    private static boolean hasParts(Headers headers) {
        String type = headers.first("Content-Type").map(HeaderField::unfolded).orElse("");
        String lower = type.toLowerCase(Locale.ROOT);
        int parts = lower.indexOf("multipart/");
        return parts >= 0 && lower.indexOf("boundary=", parts) >= 0;
    }

    private HookResult judge(Transaction transaction, Seen seen) {
        Headers headers = transaction.headers();
        for (String name : List.of(FOUND, DETAILS, CHECKED)) {
            var unused = headers.remove(name);
        }
        if (seen.virus.isEmpty()) {
            String me =
                    transaction
                            .connection()
                            .config()
                            .value("me")
                            .orElseGet(HostName::ofThisMachine);
            headers.prepend(CHECKED, "by " + seen.program + " on " + me);
            headers.prepend(FOUND, "No");
            return HookResult.pass("clean");
        }
        String name = seen.virus.get();
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
        List<Figure> more = new ArrayList<>(peer.figures());
        more.add(Figure.gauge("signatures", signatures.number()));
        return scans.figures(more);
    }

    /** Ends the connections. */
    @Deactivate
    public void close() {
        peer.close();
    }
}
