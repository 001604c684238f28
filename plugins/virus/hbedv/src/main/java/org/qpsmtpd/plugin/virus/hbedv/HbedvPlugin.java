package org.qpsmtpd.plugin.virus.hbedv;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.program.ProgramEnd;
import org.qpsmtpd.api.scan.ScanProgram;
import org.qpsmtpd.api.scan.Scans;
import org.qpsmtpd.api.scan.VirusNames;
import org.qpsmtpd.api.scan.VirusReport;
import org.qpsmtpd.api.scan.VirusReport.Deny;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.session.Transaction;

/**
 * Has H+BEDV's program antivir look for viruses.
 *
 * <p>{@code data_post}: refuses a message with a virus that {@code hbedv_deny} lists, or with any
 * when that is empty; says of others in the header that they have one.
 *
 * <p>Settings: those of {@link HbedvConfig}.
 *
 * <p>Faults: a message that antivir does not scan in time goes on, or is deferred with {@code
 * on_error defer}.
 *
 * <p>Source: qpsmtpd {@code plugins/virus/hbedv @ df5b04d}.
 */
@Component(configurationPid = "virus.hbedv", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HbedvConfig.class, factory = true)
@Plugin(name = "virus/hbedv", files = "hbedv_deny", paths = "hbedvscanner")
public final class HbedvPlugin implements DataPostHook, PluginFigures, FileCheck {
    private static final String FIELDS = "X-H+BEDV-Virus-";
    private static final String ALERT = "ALERT: [";
    private static final int LONGEST = 60;
    private static final VirusReport REFUSED = new VirusReport(Deny.YES, FIELDS);
    private static final VirusReport MARKED = new VirusReport(Deny.NO, FIELDS);

    private final Scans scans;
    private final ScanProgram program;
    private final VirusNames denied;

    /** Checks the settings. */
    @Activate
    public HbedvPlugin(HbedvConfig config, @Reference Patterns patterns) {
        scans = Scans.of(config.on__error(), "Unable to scan for viruses");
        program =
                ScanProgram.of(
                        "hbedvscanner",
                        config.hbedvscanner(),
                        config.timeout(),
                        scans,
                        "--archive-max-recursion=50",
                        "--alltypes",
                        "-z",
                        "-noboot",
                        "-nombr",
                        "-rs");
        denied = new VirusNames("hbedv_deny", patterns);
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        MARKED.forgetOthers(transaction);
        return program.scan(transaction, end -> judge(transaction, end));
    }

    private HookResult judge(Transaction transaction, ProgramEnd end) {
        return switch (end.exitCode()) {
            case 0 -> MARKED.clean(transaction, "Checked");
            case 1, 3 -> found(transaction, names(end.output().text()));
            case 200 -> throw program.fault(end, "not enough memory");
            case 211 -> throw program.fault(end, "self check failed");
            case 214 -> throw program.fault(end, "no licence key");
            default -> throw program.fault(end, "its option --help explains exit codes");
        };
    }

    private HookResult found(Transaction transaction, List<String> names) {
        String all = String.join(", ", names);
        String name = VirusReport.name(all.substring(0, Math.min(all.length(), LONGEST)));
        Config config = transaction.connection().config();
        boolean refuses = denied.isEmpty(config) || denied.listsAny(config, names);
        return (refuses ? REFUSED : MARKED).found(transaction, "Virus found: " + name, name);
    }

    /** The names in lines {@code ALERT: [NAME KIND] ...}. */
    private static List<String> names(String output) {
        return output.lines()
                .filter(line -> line.startsWith(ALERT))
                .map(line -> line.substring(ALERT.length()))
                .map(line -> line.substring(0, Math.max(0, line.indexOf(']'))))
                .map(HbedvPlugin::withoutKind)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
    }

    private static String withoutKind(String alert) {
        int blank = alert.lastIndexOf(' ');
        return blank < 0 ? alert : alert.substring(0, blank).strip();
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = denied.expression(line);
    }

    @Override
    public List<Figure> figures() {
        return scans.figures(List.of());
    }
}
