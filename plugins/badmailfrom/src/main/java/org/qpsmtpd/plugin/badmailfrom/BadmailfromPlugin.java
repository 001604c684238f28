package org.qpsmtpd.plugin.badmailfrom;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AddressPattern;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses senders that the file {@code badmailfrom} lists, or the older {@code
 * badmailfrom_patterns}.
 *
 * <p>{@code mail}: takes one from the karma of a sender that an {@link AddressPattern} of the file
 * matches and answers as {@code reject} and {@code reject_type} say, with the text of the first
 * line that matches; declines otherwise. Immune clients, the null sender, and senders without user
 * or host are left alone. {@code rcpt}, with {@code per_recipient}: refuses the recipient in whose
 * own files the sender is listed; declines otherwise.
 *
 * <p>Settings: {@code reject} (1), {@code reject_type} (perm) and {@code per_recipient} (false).
 *
 * <p>Faults: without the file nobody is refused; a line that is no pattern is logged with its place
 * and refuses nobody.
 *
 * <p>Source: qpsmtpd {@code plugins/badmailfrom} @ df5b04d.
 */
@Component(configurationPid = "badmailfrom", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = BadmailfromConfig.class, factory = true)
@Plugin(
        name = "badmailfrom",
        files = {"badmailfrom", "badmailfrom_patterns"},
        formerly = {"check_badmailfrom", "check_badmailfrom_patterns"},
        accepts = "nothing",
        before = "rcpt_ok")
@NonBlocking
public final class BadmailfromPlugin implements MailHook, RcptHook, FileCheck {
    private static final String DEFAULT_TEXT = "Your envelope sender is in my badmailfrom list";

    private static final HookResult EMPTY = HookResult.skip("empty list");
    private static final HookResult HALF_ADDRESS = HookResult.skip("missing user or host");
    private static final HookResult PASS = HookResult.pass("not listed");

    private final Patterns patterns;
    private final Reject reject;
    private final Reject rejectForOne;
    private final boolean perRecipient;
    private final ConfigView<List<AddressPattern>> badMailFrom;
    private final ConfigView<List<AddressPattern>> expressions;

    /**
     * Makes the plugin.
     *
     * @param settings whether and how to refuse
     * @param patterns compiles the regular expressions of the file
     */
    @Activate
    public BadmailfromPlugin(
            RejectSettings settings, BadmailfromConfig config, @Reference Patterns patterns) {
        reject = Reject.of(settings);
        // What naughty refuses later is all of the connection.
        rejectForOne =
                reject.mode() == Reject.Mode.DEFER ? reject.withMode(Reject.Mode.REFUSE) : reject;
        perRecipient = config.per__recipient();
        this.patterns = patterns;
        badMailFrom = ConfigView.ofEntries("badmailfrom", line -> pattern(line.text()));
        expressions = ConfigView.ofEntries("badmailfrom_patterns", line -> pattern(line.text()));
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        if (transaction.isImmune()) {
            return HookResult.IMMUNE;
        }
        return decide(sender, transaction.connection().config(), reject);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        if (!perRecipient) {
            return HookResult.DECLINED;
        }
        return transaction.isImmune()
                ? HookResult.IMMUNE
                : decide(transaction.sender(), recipient.config(), rejectForOne);
    }

    private HookResult decide(Address sender, Config config, Reject how) {
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
                .map(pattern -> refusal(pattern, how))
                .orElse(PASS);
    }

    private static HookResult refusal(AddressPattern pattern, Reject how) {
        String text = pattern.reason().isEmpty() ? DEFAULT_TEXT : pattern.reason();
        return how.decide(text, "matches " + pattern).withKarma(-1);
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = pattern(line);
    }

    private AddressPattern pattern(String line) {
        return AddressPattern.parse(line, patterns, false);
    }
}
