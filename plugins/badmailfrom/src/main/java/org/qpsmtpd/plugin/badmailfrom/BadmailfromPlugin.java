package org.qpsmtpd.plugin.badmailfrom;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AddressPattern;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses senders that the file {@code badmailfrom} lists, or the older {@code
 * badmailfrom_patterns}.
 *
 * <p>{@code mail}: takes one from the karma of a sender that an {@link AddressPattern} of the file
 * matches and answers as {@code reject} and {@code reject_type} say, with the text of the first
 * line that matches; declines otherwise. Immune clients, the null sender, and senders without user
 * or host are left alone.
 *
 * <p>Settings: {@code reject} (1) and {@code reject_type} (perm).
 *
 * <p>Faults: without the file nobody is refused; a line that is no pattern is logged with its place
 * and refuses nobody.
 *
 * <p>Source: qpsmtpd {@code plugins/badmailfrom} @ df5b04d.
 */
@Component(configurationPid = "badmailfrom", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(
        name = "badmailfrom",
        files = {"badmailfrom", "badmailfrom_patterns"},
        formerly = {"check_badmailfrom", "check_badmailfrom_patterns"})
@NonBlocking
public final class BadmailfromPlugin implements MailHook, FileCheck {
    private static final String DEFAULT_TEXT = "Your envelope sender is in my badmailfrom list";

    private static final HookResult EMPTY = HookResult.skip("empty list");
    private static final HookResult HALF_ADDRESS = HookResult.skip("missing user or host");
    private static final HookResult PASS = HookResult.pass("not listed");

    private final Patterns patterns;
    private final Reject reject;
    private final ConfigView<List<AddressPattern>> badMailFrom;
    private final ConfigView<List<AddressPattern>> expressions;

    /**
     * Makes the plugin.
     *
     * @param settings whether and how to refuse
     * @param patterns compiles the regular expressions of the file
     */
    @Activate
    public BadmailfromPlugin(RejectSettings settings, @Reference Patterns patterns) {
        reject = Reject.of(settings);
        this.patterns = patterns;
        badMailFrom = ConfigView.ofEntries("badmailfrom", line -> pattern(line.text()));
        expressions = ConfigView.ofEntries("badmailfrom_patterns", line -> pattern(line.text()));
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        if (transaction.isImmune()) {
            return HookResult.IMMUNE;
        }
        Config config = transaction.connection().config();
        List<AddressPattern> listed = badMailFrom.in(config);
        List<AddressPattern> more = expressions.in(config);
        if (listed.isEmpty() && more.isEmpty()) {
            return EMPTY;
        }
        if (sender.isNull()) {
            return HookResult.NULL_SENDER;
        }
        if (sender.user().isEmpty() || sender.host().isEmpty()) {
            return HALF_ADDRESS;
        }
        return AddressPattern.first(listed, sender)
                .or(() -> AddressPattern.first(more, sender))
                .map(this::refusal)
                .orElse(PASS);
    }

    private HookResult refusal(AddressPattern pattern) {
        String text = pattern.reason().isEmpty() ? DEFAULT_TEXT : pattern.reason();
        return reject.decide(text, "matches " + pattern).withKarma(-1);
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = pattern(line);
    }

    private AddressPattern pattern(String line) {
        return AddressPattern.parse(line, patterns, false);
    }
}
