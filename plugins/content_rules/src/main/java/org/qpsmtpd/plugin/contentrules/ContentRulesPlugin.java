package org.qpsmtpd.plugin.contentrules;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.content.RuleFindings;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.MimeReader;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.session.Transaction;

/**
 * Judges header, text and attachments of a message by the expressions of the file {@code
 * content_rules}.
 *
 * <p>{@code data_post}: refuses as the first rule says that refuses, one for good before one for
 * now; else as {@code reject} and {@code reject_type} say when the scores reach {@code threshold};
 * else adds the fields and reasons for quarantine of the rules that mean the message.
 *
 * <p>Settings: {@code reject} (1) and {@code reject_type} (perm); {@code threshold} (5); {@code
 * max_size}, KiB of text and of the body that are looked at (1024); {@code check_immune}, whether
 * mail of immune clients and whitelisted senders is looked at (false).
 *
 * <p>Faults: a line that cannot be read is logged with its place and left out; a message that
 * cannot be read is a failure of the plugin.
 */
@Component(configurationPid = "content_rules", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ContentRulesConfig.class, factory = true)
@Plugin(name = "content_rules", files = ContentRulesPlugin.FILE)
public final class ContentRulesPlugin implements DataPostHook, FileCheck {
    static final String FILE = "content_rules";

    private static final String REFUSED = "The content of this message is not accepted here";
    private static final HookResult NO_RULES = HookResult.skip("no rules");

    private final Reject reject;
    private final double threshold;
    private final int most;
    private final boolean checksImmune;
    private final MimeReader reader;
    private final Patterns patterns;
    private final ConfigView<List<Rule>> rules;

    /** Makes the plugin. */
    @Activate
    public ContentRulesPlugin(
            RejectSettings settings,
            ContentRulesConfig config,
            @Reference MimeReader reader,
            @Reference Patterns patterns) {
        reject = Reject.of(settings);
        threshold = config.threshold();
        most = config.max__size() * 1024;
        checksImmune = config.check__immune();
        this.reader = reader;
        this.patterns = patterns;
        rules = ConfigView.ofEntries(FILE, line -> Rule.parse(line.text(), patterns));
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = Rule.parse(line, patterns);
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        if (transaction.isImmune() && !checksImmune) {
            return HookResult.IMMUNE;
        }
        List<Rule> asked = rules.in(transaction.connection().config());
        if (asked.isEmpty()) {
            return NO_RULES;
        }
        RuleFindings findings = new RuleFindings(REFUSED);
        Scan scan = new Scan(asked, findings, most);
        scan.header(transaction.headers().fields());
        try {
            content(scan, transaction);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return answer(scan, findings, transaction);
    }

    private void content(Scan scan, Transaction transaction) throws IOException {
        if (scan.wants(Rule.Place.BODY)) {
            try (InputStream body = transaction.body().openBody()) {
                scan.body(body, most);
            }
        }
        if (!scan.wants(Rule.Place.TEXT, Rule.Place.HTML, Rule.Place.NAME)) {
            return;
        }
        try (InputStream message = transaction.body().open()) {
            // What cannot be taken apart to its end has no text that a mail reader would show.
            var unused =
                    reader.read(
                            message,
                            part -> {
                                scan.part(part);
                                return true;
                            });
        }
    }

    private HookResult answer(Scan scan, RuleFindings findings, Transaction transaction) {
        HookResult marked = findings.answer(transaction);
        double score = findings.score();
        if (!marked.action().refuses() && score != 0 && score >= threshold) {
            String sum = String.format(Locale.ROOT, "score %.2f: ", score);
            return reject.decide(REFUSED, sum + findings.summary());
        }
        String cut = scan.isCut() ? ", only its first " + most / 1024 + " KiB looked at" : "";
        return marked.because(marked.reason() + cut);
    }
}
