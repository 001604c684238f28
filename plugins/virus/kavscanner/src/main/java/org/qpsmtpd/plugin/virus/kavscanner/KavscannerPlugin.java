package org.qpsmtpd.plugin.virus.kavscanner;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.mail.Address;
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
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Transaction;

/**
 * Has Kaspersky's program kavscanner look for viruses.
 *
 * <p>{@code data_post}: says in the header that the message has a virus, adds the recipients of
 * {@code bcc_virusadmin}, and sets the notes {@code virus} and {@code virus_flag}; refuses it when
 * {@code kav_deny} lists the virus.
 *
 * <p>Settings: those of {@link KavscannerConfig}.
 *
 * <p>Faults: a message that kavscanner does not scan in time goes on, or is deferred with {@code
 * on_error defer}.
 *
 * <p>Source: qpsmtpd {@code plugins/virus/kavscanner @ df5b04d}.
 */
@Component(configurationPid = "virus.kavscanner", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = KavscannerConfig.class, factory = true)
@Plugin(name = "virus/kavscanner", files = "kav_deny", paths = "kavscanner_bin")
public final class KavscannerPlugin implements DataPostHook, PluginFigures, FileCheck {
    private static final NoteKey<String> VIRUS = new NoteKey<>("virus", String.class);
    private static final NoteKey<String> VIRUS_FLAG = new NoteKey<>("virus_flag", String.class);
    private static final String FIELDS = "X-Virus-";
    private static final VirusReport REFUSED = new VirusReport(Deny.YES, FIELDS);
    private static final VirusReport MARKED = new VirusReport(Deny.NO, FIELDS);
    private static final int LONGEST = 60;

    private final Scans scans;
    private final ScanProgram program;
    private final VirusNames denied;
    private final List<Address> admins;

    /** Checks the settings. */
    @Activate
    public KavscannerPlugin(KavscannerConfig config, @Reference Patterns patterns) {
        scans = Scans.of(config.on__error(), "Unable to scan for viruses");
        program =
                ScanProgram.of(
                        "kavscanner_bin",
                        config.kavscanner__bin(),
                        config.timeout(),
                        scans,
                        "-Y",
                        "-P",
                        "-B",
                        "-MP",
                        "-MD",
                        "-*");
        denied = new VirusNames("kav_deny", patterns);
        admins = Stream.of(config.bcc__virusadmin()).map(KavscannerPlugin::address).toList();
    }

    private static Address address(String text) {
        Address address = Address.of(text);
        if (address.user().isEmpty() || address.host().isEmpty()) {
            throw new IllegalArgumentException(
                    "bcc_virusadmin '" + text + "' is no address such as postmaster@example.com");
        }
        return address;
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        MARKED.forgetOthers(transaction);
        return program.scan(transaction, end -> judge(transaction, end));
    }

    private HookResult judge(Transaction transaction, ProgramEnd end) {
        return switch (end.exitCode()) {
            case 0 -> MARKED.clean(transaction, "Checked by Kaspersky");
            case 2, 3, 4, 8 -> found(transaction, end.output().text());
            default -> throw program.fault(end, "");
        };
    }

    private HookResult found(Transaction transaction, String output) {
        List<String> infected = named(output, " infected: ");
        List<String> suspicions = named(output, " suspicion: ");
        String all =
                "infected by: "
                        + String.join(", ", infected)
                        + "; suspicions: "
                        + String.join(", ", suspicions);
        String name = VirusReport.name(all.substring(0, Math.min(all.length(), LONGEST)));
        String text = "Virus found: " + name;
        List<String> names = new ArrayList<>(infected);
        names.addAll(suspicions);
        if (denied.listsAny(transaction.connection().config(), names)) {
            return REFUSED.found(transaction, text, name);
        }
        transaction.notes().put(VIRUS, name);
        transaction.notes().put(VIRUS_FLAG, "Yes");
        admins.forEach(transaction::addRecipient);
        return MARKED.found(transaction, text, name);
    }

    /** What stands behind the last such word in each line that has it. */
    private static List<String> named(String output, String word) {
        return output.lines()
                .filter(line -> line.contains(word))
                .map(line -> line.substring(line.lastIndexOf(word) + word.length()).strip())
                .distinct()
                .toList();
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
