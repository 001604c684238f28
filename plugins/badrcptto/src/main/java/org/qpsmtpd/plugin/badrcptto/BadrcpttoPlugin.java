package org.qpsmtpd.plugin.badrcptto;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.qpsmtpd.api.answer.DsnStatus;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AddressPattern;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses recipients that the file {@code badrcptto} lists.
 *
 * <p>{@code rcpt}: DENY for a recipient that an {@link AddressPattern} of the file matches, in
 * either case, and two off the karma; the text is that of the first line that matches. Declines
 * otherwise. Immune clients and recipients without host are left alone.
 *
 * <p>Faults: without the file nobody is refused; a line that is no pattern is logged with its place
 * and refuses nobody.
 *
 * <p>Source: qpsmtpd {@code plugins/badrcptto} @ df5b04d.
 */
@Component(configurationPid = "badrcptto", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(name = "badrcptto")
@NonBlocking
public final class BadrcpttoPlugin implements RcptHook {
    private static final HookResult IMMUNE = HookResult.skip("immune");
    private static final HookResult EMPTY = HookResult.skip("empty list");
    private static final HookResult HALF_ADDRESS = HookResult.skip("missing user or host");
    private static final HookResult PASS = HookResult.pass("not listed");

    private final ConfigView<List<AddressPattern>> badRcptTo;

    /**
     * Makes the plugin.
     *
     * @param patterns compiles the regular expressions of the file
     */
    @Activate
    public BadrcpttoPlugin(@Reference Patterns patterns) {
        badRcptTo =
                ConfigView.ofEntries(
                        "badrcptto", line -> AddressPattern.parse(line.text(), patterns, true));
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        if (transaction.isImmune()) {
            return IMMUNE;
        }
        Address address = recipient.address();
        if (address.user().isEmpty() || address.host().isEmpty()) {
            return HALF_ADDRESS;
        }
        List<AddressPattern> listed = badRcptTo.in(transaction.connection().config());
        if (listed.isEmpty()) {
            return EMPTY;
        }
        return AddressPattern.first(listed, address).map(BadrcpttoPlugin::refusal).orElse(PASS);
    }

    private static HookResult refusal(AddressPattern pattern) {
        HookResult refusal =
                pattern.reason().isEmpty()
                        ? DsnStatus.NO_SUCH_USER.result("mail to " + pattern + " not accepted here")
                        : HookResult.deny(pattern.reason());
        return refusal.because("fail: matches " + pattern).withKarma(-2);
    }
}
