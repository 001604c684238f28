package org.qpsmtpd.plugin.virus.clamav;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.program.Program;
import org.qpsmtpd.api.program.ProgramEnd;
import org.qpsmtpd.api.scan.ScanLimits;
import org.qpsmtpd.api.scan.ScanProgram;
import org.qpsmtpd.api.scan.Scans;
import org.qpsmtpd.api.scan.VirusReport;
import org.qpsmtpd.api.scan.VirusReport.Deny;
import org.qpsmtpd.api.session.Transaction;

/**
 * Has the program clamscan or clamdscan look for viruses.
 *
 * <p>{@code data_post}: says in the header that the message has a virus, or refuses it.
 *
 * <p>Settings: those of {@link ClamavConfig}.
 *
 * <p>Faults: a message that the program does not scan in time is deferred, or goes on with {@code
 * on_error skip}.
 *
 * <p>Source: qpsmtpd {@code plugins/virus/clamav @ df5b04d}, clamscan(1), clamdscan(1).
 */
@Component(configurationPid = "virus.clamav", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ClamavConfig.class, factory = true)
@Plugin(
        name = "virus/clamav",
        formerly = "clamav",
        positional = "clamscan_path",
        paths = {"clamscan_path", "clamd_conf", "database", "tmp_dir"})
public final class ClamavPlugin implements DataPostHook, PluginFigures {
    private static final String FOUND = " FOUND";
    private static final int MOST_NAMES = 10;

    private final Scans scans;
    private final ScanProgram program;
    private final VirusReport report;
    private final Optional<SharedCopies> copies;

    /** Checks the settings. */
    @Activate
    public ClamavPlugin(ClamavConfig config) {
        String usual = config.declined__on__fail() ? "skip" : "defer";
        scans =
                Scans.of(
                        config.on__error().isEmpty() ? usual : config.on__error(),
                        "Unable to scan for viruses");
        program =
                ScanProgram.of(
                                "clamscan_path",
                                config.clamscan__path(),
                                config.timeout(),
                                scans,
                                words(config))
                        .within(new ScanLimits(config.max__size(), true));
        report = new VirusReport(deny(config.action()), "X-Virus-");
        copies =
                config.tmp__dir().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new SharedCopies(Program.path("tmp_dir", config.tmp__dir())));
    }

    private static String[] words(ClamavConfig config) {
        List<String> words = new ArrayList<>(List.of("--stdout"));
        if (config.back__compat()) {
            words.addAll(List.of("-i", "--max-recursion=50"));
        }
        Path name = Program.path("clamscan_path", config.clamscan__path()).getFileName();
        if (name != null && name.toString().startsWith("clamd")) {
            words.add("--fdpass");
        }
        if (!config.clamd__conf().isEmpty()) {
            words.add("--config-file=" + Program.path("clamd_conf", config.clamd__conf()));
        }
        if (!config.database().isEmpty()) {
            words.add("--database=" + Program.path("database", config.database()));
        }
        words.add("--no-summary");
        return words.toArray(String[]::new);
    }

    private static Deny deny(String action) {
        return switch (action.toLowerCase(Locale.ROOT)) {
            case "add-header" -> Deny.NO;
            case "reject" -> Deny.YES;
            case "naughty" -> Deny.NAUGHTY;
            case "quarantine" -> Deny.QUARANTINE;
            default ->
                    throw new IllegalArgumentException(
                            "action '"
                                    + action
                                    + "' is not one of add-header, reject, naughty, quarantine");
        };
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        report.forgetOthers(transaction);
        if (copies.isEmpty()) {
            return program.scan(transaction, end -> judge(transaction, end));
        }
        try (SharedCopies.Copy copy = copies.get().copy(transaction.body())) {
            return program.scan(transaction, copy, end -> judge(transaction, end));
        }
    }

    private HookResult judge(Transaction transaction, ProgramEnd end) {
        return switch (end.exitCode()) {
            case 0 -> report.clean(transaction, "Checked by ClamAV");
            case 1 -> {
                String names = names(end.output().text());
                yield report.found(transaction, "Virus Found: " + names, names);
            }
            default -> throw program.fault(end, "");
        };
    }

    /** Of lines {@code FILE: NAME FOUND} the names, with commas between them. */
    private static String names(String output) {
        StringJoiner names = new StringJoiner(", ");
        output.lines()
                .map(String::strip)
                .filter(line -> line.endsWith(FOUND))
                .map(line -> line.substring(0, line.length() - FOUND.length()))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .distinct()
                .limit(MOST_NAMES)
                .forEach(names::add);
        return VirusReport.name(names.toString());
    }

    @Override
    public List<Figure> figures() {
        return scans.figures(List.of());
    }
}
