package org.qpsmtpd.plugin.virus.clamdscan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.Peers;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.scan.ScanLimits;
import org.qpsmtpd.api.scan.Scans;
import org.qpsmtpd.api.scan.VirusReport;
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
    private static final int UNIT = 1024;

    private final Peer peer;
    private final Clamd clamd;
    private final Signatures signatures;
    private final Scans scans;
    private final VirusReport report;
    private final ScanLimits limits;
    private final ScanBy scanBy;

    private enum ScanBy {
        STREAM,
        FILE,
        FDPASS
    }

    /** Checks the settings. */
    @Activate
    public ClamdscanPlugin(ClamdscanConfig config, PeerOptions options, @Reference Peers peers) {
        report = VirusReport.of(config.deny__viruses());
        scanBy = Choice.of(ScanBy.class, "scan_by", config.scan__by());
        limits = new ScanLimits(Math.multiplyExact(config.max__size(), UNIT), config.scan__all());
        String usual = config.defer__on__error() ? "defer" : "skip";
        scans = Scans.of(config.on__error().isEmpty() ? usual : config.on__error(), LATER);
        PeerSettings settings = PeerSettings.of(backends(config), options);
        peer = peers.open("clamd", scanBy == ScanBy.FDPASS ? passing(settings) : settings);
        clamd = new Clamd(peer);
        signatures = new Signatures(clamd);
    }

    private static List<PeerAddress> backends(ClamdscanConfig config) {
        int port = config.clamd__port();
        if (port == 0) {
            return PeerAddress.parseAll("clamd_socket", config.clamd__socket(), 0);
        }
        return PeerAddress.parseAll("clamd_host", config.clamd__host(), port);
    }

    private static PeerSettings passing(PeerSettings settings) {
        try {
            return settings.passingFiles();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("scan_by fdpass: " + e.getMessage(), e);
        }
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        report.forgetOthers(transaction);
        return limits.leavesOut(transaction, scans).orElseGet(() -> scan(transaction));
    }

    private HookResult scan(Transaction transaction) {
        MessageBody body = transaction.body();
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
        return virus(body).thenCombine(program, Seen::new);
    }

    private CompletionStage<Optional<String>> virus(MessageBody body) throws IOException {
        return switch (body.inMemory() ? ScanBy.STREAM : scanBy) {
            case STREAM -> clamd.stream(body);
            case FILE -> clamd.file(body);
            case FDPASS -> clamd.passed(body);
        };
    }

    private HookResult judge(Transaction transaction, Seen seen) {
        if (seen.virus.isPresent()) {
            String name = seen.virus.get();
            return report.found(transaction, "Virus found: " + name, name);
        }
        HookResult answer = report.clean(transaction, "by " + seen.program);
        transaction.headers().prepend("X-Virus-Found", "No");
        return answer;
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
