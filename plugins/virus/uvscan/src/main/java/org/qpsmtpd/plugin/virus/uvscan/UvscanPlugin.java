package org.qpsmtpd.plugin.virus.uvscan;

import java.util.List;
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
 * Has McAfee's program uvscan look for viruses.
 *
 * <p>{@code data_post}: refuses a message with a virus, or says so in its header; refuses archives
 * with a password.
 *
 * <p>Settings: those of {@link UvscanConfig}.
 *
 * <p>Faults: a message that uvscan does not scan in time goes on, or is deferred with {@code
 * on_error defer}.
 *
 * <p>Source: qpsmtpd {@code plugins/virus/uvscan @ df5b04d}.
 */
@Component(configurationPid = "virus.uvscan", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = UvscanConfig.class, factory = true)
@Plugin(name = "virus/uvscan", paths = "uvscan_location")
public final class UvscanPlugin implements DataPostHook, PluginFigures {
    private static final String FOUND = "Found ";

    private final Scans scans;
    private final ScanProgram program;
    private final VirusReport report;

    /** Checks the settings. */
    @Activate
    public UvscanPlugin(UvscanConfig config) {
        scans = Scans.of(config.on__error(), "Unable to scan for viruses");
        program =
                ScanProgram.of(
                                "uvscan_location",
                                config.uvscan__location(),
                                config.timeout(),
                                scans,
                                "--mime",
                                "--unzip",
                                "--secure",
                                "--noboot")
                        .within(new ScanLimits(config.max__size(), config.scan__all()));
        report = VirusReport.of(config.deny__viruses());
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        report.forgetOthers(transaction);
        return program.scan(transaction, end -> judge(transaction, end));
    }

    private HookResult judge(Transaction transaction, ProgramEnd end) {
        String output = end.output().text() + "\n" + end.errors().text();
        if (output.contains("password-protected")) {
            return HookResult.deny(
                    "We do not accept password-protected zip files!", "archive with a password");
        }
        return switch (end.exitCode()) {
            case 0 -> report.clean(transaction, "Checked by McAfee uvscan");
            case 2 -> throw program.fault(end, "integrity check of a DAT file failed");
            case 6 -> throw program.fault(end, "general problem");
            case 8 -> throw program.fault(end, "it finds no DAT file");
            case 15 -> throw program.fault(end, "self-check failed");
            default -> {
                String name = VirusReport.name(found(output));
                yield report.found(transaction, "Virus Found: " + name, name);
            }
        };
    }

    /** What stands behind {@code Found } in the first line that has it behind other characters. */
    private static String found(String output) {
        return output.lines()
                .filter(line -> line.indexOf(FOUND) > 0)
                .map(line -> line.substring(line.indexOf(FOUND) + FOUND.length()))
                .findFirst()
                .orElse("");
    }

    @Override
    public List<Figure> figures() {
        return scans.figures(List.of());
    }
}
