package org.qpsmtpd.plugin.virus.aveclient;

import java.util.List;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.program.Program;
import org.qpsmtpd.api.program.ProgramEnd;
import org.qpsmtpd.api.scan.ScanProgram;
import org.qpsmtpd.api.scan.Scans;
import org.qpsmtpd.api.scan.VirusReport;
import org.qpsmtpd.api.session.Transaction;

/**
 * Has Kaspersky's program aveclient look for viruses.
 *
 * <p>{@code data_post}: refuses a message with a virus, or says so in its header.
 *
 * <p>Settings: those of {@link AveclientConfig}.
 *
 * <p>Faults: a message that is not scanned in time goes on, is deferred with {@code on_error
 * defer}, or refused with {@code blockonerror}.
 *
 * <p>Source: qpsmtpd {@code plugins/virus/aveclient @ df5b04d}.
 */
@Component(configurationPid = "virus.aveclient", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AveclientConfig.class, factory = true)
@Plugin(
        name = "virus/aveclient",
        paths = {"avclient_bin", "avdaemon_sock"})
public final class AveclientPlugin implements DataPostHook, PluginFigures {
    private final Scans scans;
    private final ScanProgram program;
    private final VirusReport report;
    private final boolean refusesOnError;

    /** Checks the settings. */
    @Activate
    public AveclientPlugin(AveclientConfig config) {
        scans = Scans.of(config.on__error(), "Unable to scan for viruses");
        program =
                ScanProgram.of(
                        "avclient_bin",
                        config.avclient__bin(),
                        config.timeout(),
                        scans,
                        "-p",
                        Program.path("avdaemon_sock", config.avdaemon__sock()).toString(),
                        "-s");
        report = VirusReport.of(config.deny__viruses());
        refusesOnError = config.blockonerror();
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        report.forgetOthers(transaction);
        HookResult answer = program.scan(transaction, end -> judge(transaction, end));
        return refusesOnError && answer.reason().startsWith("error: ")
                ? HookResult.deny(notScanned(transaction)).because(answer.reason())
                : answer;
    }

    private HookResult judge(Transaction transaction, ProgramEnd end) {
        return switch (end.exitCode()) {
            case 0 -> report.clean(transaction, "Checked by Kaspersky");
            // 5: it has taken a virus out of the file, so it is not the message that came
            case 2, 3, 4, 5, 6, 8 -> {
                String name = VirusReport.name("REPORT: " + rest(end.output().text()));
                yield report.found(transaction, "Virus found: " + name, name);
            }
            case 1 -> throw program.fault(end, "it cannot reach aveserver");
            case 7 -> throw program.fault(end, "system error");
            case 9 -> throw program.fault(end, "arguments are missing");
            default -> throw program.fault(end, "");
        };
    }

    /** All lines but the first, which names the program. */
    private static String rest(String output) {
        return output.lines().skip(1).map(String::strip).collect(Collectors.joining(", "));
    }

    private static String notScanned(Transaction transaction) {
        String me =
                transaction.connection().config().value("me").orElseGet(HostName::ofThisMachine);
        return "Unable to scan for virus, please contact admin of "
                + me
                + ", if you feel this is an error!";
    }

    @Override
    public List<Figure> figures() {
        return scans.figures(List.of());
    }
}
