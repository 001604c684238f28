package org.qpsmtpd.plugin.virus.sophie;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.Peers;
import org.qpsmtpd.api.peer.TextAnswer;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.scan.ScanLimits;
import org.qpsmtpd.api.scan.Scans;
import org.qpsmtpd.api.scan.VirusReport;
import org.qpsmtpd.api.session.Transaction;

/**
 * Has Sophos' engine look for viruses, by the daemon Sophie.
 *
 * <p>{@code data_post}: refuses a message with a virus, or says so in its header. Sophie reads the
 * message's file, which is made when there is none, so the hook may wait for the disk; nothing
 * waits for Sophie.
 *
 * <p>Settings: those of {@link SophieConfig} and {@link PeerOptions}.
 *
 * <p>Faults: a message that Sophie does not scan in time goes on, or is deferred with {@code
 * on_error defer}.
 *
 * <p>Source: qpsmtpd {@code plugins/virus/sophie @ df5b04d}.
 */
@Component(configurationPid = "virus.sophie", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SophieConfig.class, factory = true)
@Plugin(name = "virus/sophie")
public final class SophiePlugin implements DataPostHook, PluginFigures {
    private static final int LONGEST_ANSWER = 1024;
    private static final int UNIT = 1024;

    private final Peer peer;
    private final Scans scans;
    private final ScanLimits limits;
    private final VirusReport report;

    /** Checks the settings. */
    @Activate
    public SophiePlugin(SophieConfig config, PeerOptions options, @Reference Peers peers) {
        report = VirusReport.of(config.deny__viruses());
        limits = new ScanLimits(Math.multiplyExact(config.max__size(), UNIT), config.scan__all());
        scans = Scans.of(config.on__error(), "Unable to scan for viruses");
        List<PeerAddress> backends =
                PeerAddress.parseAll("sophie_socket", config.sophie__socket(), 0);
        peer = peers.open("sophie", PeerSettings.of(backends, options));
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        report.forgetOthers(transaction);
        return limits.leavesOut(transaction, scans).orElseGet(() -> scan(transaction));
    }

    private HookResult scan(Transaction transaction) {
        try {
            Path file = transaction.body().file().toAbsolutePath();
            return scans.answer(peer.ask(question(file)), said -> judge(transaction, said));
        } catch (IOException e) {
            String why = "the message is in no file: " + e.getMessage();
            return scans.failed(new PeerFailure(PeerFailure.Kind.FAULT, why));
        }
    }

    private static Exchange<String> question(Path file) {
        return Exchange.of(
                Outgoing.of((file + "\n").getBytes(StandardCharsets.UTF_8)),
                () -> TextAnswer.upTo((byte) '\n', LONGEST_ANSWER, StandardCharsets.ISO_8859_1));
    }

    /** Reads {@code 0}, {@code 1:NAME,NAME} or {@code -1:REASON}. */
    private HookResult judge(Transaction transaction, String said) {
        String answer = said.strip();
        if (answer.equals("0")) {
            return report.clean(transaction, "Checked by SOPHIE");
        }
        if (answer.equals("1") || answer.startsWith("1:")) {
            String name = VirusReport.name(answer.substring(Math.min(2, answer.length())));
            String text = name.contains(",") ? "Viruses Found: " : "Virus Found: ";
            return report.found(transaction, text + name, name);
        }
        throw new PeerFailure(
                PeerFailure.Kind.FAULT,
                "sophie says '" + answer + "'; it must be able to read the spool directory");
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
