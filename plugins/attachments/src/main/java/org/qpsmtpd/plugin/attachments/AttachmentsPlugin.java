package org.qpsmtpd.plugin.attachments;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.content.RuleFindings;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.service.MimePart;
import org.qpsmtpd.api.service.MimeReader;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.session.Transaction;

/**
 * Judges attachments by their names, their content and what archives hold.
 *
 * <p>{@code data_post}: what the first rule says that means a name or a type, of the file {@code
 * attachments} and then of those built in. Messages of immune clients are looked at like all
 * others.
 *
 * <p>Settings: {@code defaults}, whether there are built-in rules (true); {@code on_error}, what
 * becomes of a message that cannot be judged to its end (defer); {@code max_depth} (5), {@code
 * max_entries} (2000), {@code max_size} in MiB (100), {@code max_ratio} (250) and {@code timeout}
 * in seconds (10), which bound what archives may cost.
 *
 * <p>Faults: a message that cannot be read is a failure of the plugin.
 */
@Component(configurationPid = "attachments", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AttachmentsConfig.class, factory = true)
@Plugin(name = "attachments", files = AttachmentsPlugin.FILE)
public final class AttachmentsPlugin implements DataPostHook, FileCheck, PluginFigures {
    static final String FILE = "attachments";

    private static final String REFUSED = "An attachment of this kind is not accepted here";
    private static final String UNKNOWN = "The attachments of this message cannot be looked into";

    private final OnError onError;
    private final Bounds.Limits limits;
    private final MimeReader reader;
    private final Patterns patterns;
    private final LongSupplier nanoClock;
    private final ConfigView<List<Rule>> rules;
    private final LongAdder unjudged = new LongAdder();

    private enum OnError {
        DEFER,
        SKIP,
        DENY
    }

    /** Makes the plugin. */
    @Activate
    public AttachmentsPlugin(
            AttachmentsConfig config, @Reference MimeReader reader, @Reference Patterns patterns) {
        this(config, reader, patterns, System::nanoTime);
    }

    AttachmentsPlugin(
            AttachmentsConfig config,
            MimeReader reader,
            Patterns patterns,
            LongSupplier nanoClock) {
        this.reader = reader;
        this.patterns = patterns;
        this.nanoClock = nanoClock;
        onError = Choice.of(OnError.class, "on_error", config.on__error());
        limits =
                new Bounds.Limits(
                        config.max__depth(),
                        config.max__entries(),
                        (long) config.max__size() << 20,
                        config.max__ratio(),
                        TimeUnit.SECONDS.toNanos(config.timeout()));
        List<Rule> defaults = config.defaults() ? Rule.defaults(patterns) : List.of();
        rules =
                ConfigView.ofEntries(
                        FILE,
                        line -> Rule.parse(line.text(), patterns),
                        own -> joined(own, defaults));
    }

    private static List<Rule> joined(List<Rule> own, List<Rule> defaults) {
        List<Rule> all = new ArrayList<>(own);
        all.addAll(defaults);
        return List.copyOf(all);
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = Rule.parse(line, patterns);
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.counter("not_judged", unjudged.sum()));
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        RuleFindings findings = new RuleFindings(REFUSED);
        Judge judge = new Judge(rules.in(transaction.connection().config()), findings);
        Contents contents = new Contents(judge, new Bounds(limits, nanoClock));
        try (InputStream message = transaction.body().open()) {
            reader.read(message, part -> take(part, contents, findings)).ifPresent(contents::note);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Optional<String> why = contents.unjudged();
        return why.isEmpty() || findings.isDecided()
                ? findings.answer(transaction)
                : unjudged(why.get(), findings, transaction);
    }

    private static boolean take(MimePart part, Contents contents, RuleFindings findings)
            throws IOException {
        List<String> names = part.fileNames();
        names.forEach(contents.judge()::name);
        contents.judge().type(part.type());
        if (part.isContainer()) {
            return !findings.isDecided();
        }
        String name = names.isEmpty() ? "" : names.get(0);
        try (InputStream content = part.open()) {
            contents.part(content, name, part.type().startsWith("text/"));
        }
        return !findings.isDecided();
    }

    private HookResult unjudged(String why, RuleFindings findings, Transaction transaction) {
        unjudged.increment();
        return switch (onError) {
            case DENY -> HookResult.deny(UNKNOWN, why);
            case DEFER -> HookResult.denySoft(UNKNOWN, why);
            case SKIP -> {
                HookResult answer = findings.answer(transaction);
                yield answer.action().refuses() ? answer : answer.because("error: " + why);
            }
        };
    }
}
