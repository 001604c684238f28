package org.qpsmtpd.plugin.virus.bitdefender;

import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.program.ProgramEnd;
import org.qpsmtpd.api.scan.ScanLimits;
import org.qpsmtpd.api.scan.ScanProgram;
import org.qpsmtpd.api.scan.Scans;
import org.qpsmtpd.api.scan.VirusReport;
import org.qpsmtpd.api.session.Transaction;

/**
 * Has BitDefender's program bdc look for viruses.
 *
 * <p>{@code data_post}: refuses a message with a virus, or says so in its header.
 *
 * <p>Settings: those of {@link BitdefenderConfig}.
 *
 * <p>Faults: a message that bdc does not scan in time goes on, or is deferred with {@code on_error
 * defer}.
 *
 * <p>Source: qpsmtpd {@code plugins/virus/bitdefender @ df5b04d}.
 */
@Component(
        configurationPid = "virus.bitdefender",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = BitdefenderConfig.class, factory = true)
@Plugin(name = "virus/bitdefender", paths = "bitdefender_location")
public final class BitdefenderPlugin implements DataPostHook, PluginFigures {
    private static final int UNIT = 1024;
    private static final String INFECTED = "infected: ";

    private final Scans scans;
    private final ScanProgram program;
    private final VirusReport report;

    /** Checks the settings. */
    @Activate
    public BitdefenderPlugin(BitdefenderConfig config) {
        scans = Scans.of(config.on__error(), "Unable to scan for viruses");
        ScanProgram bdc =
                ScanProgram.of(
                        "bitdefender_location",
                        config.bitdefender__location(),
                        config.timeout(),
                        scans,
                        "--mail",
                        "--all",
                        "--arc");
        long most = Math.multiplyExact(config.max__size(), UNIT);
        program = bdc.within(new ScanLimits(most, config.scan__all()));
        report = VirusReport.of(config.deny__viruses());
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        report.forgetOthers(transaction);
        return program.scan(transaction, end -> judge(transaction, end));
    }

    private HookResult judge(Transaction transaction, ProgramEnd end) {
        Optional<String> virus =
                end.output()
                        .text()
                        .lines()
                        .filter(line -> line.contains(INFECTED))
                        .map(line -> line.substring(line.indexOf(INFECTED) + INFECTED.length()))
                        .findFirst();
        if (virus.isPresent()) {
            String name = VirusReport.name(virus.get());
            return report.found(transaction, "Virus Found: " + name, name);
        }
        if (end.exitCode() != 0 || !end.output().isWhole()) {
            throw program.fault(end, "it names no virus");
        }
        return report.clean(transaction, "Checked by BitDefender");
    }

    @Override
    public List<Figure> figures() {
        return scans.figures(List.of());
    }
}
