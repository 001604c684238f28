package org.qpsmtpd.plugin.rcptlist;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses recipients that the file {@code goodrcptto} does not list; a recipient's own, such as
 * that of its domain, takes the place of the server's.
 *
 * <p>{@code rcpt}: DENY for one that is not listed, neither as it is nor without its extension;
 * declines otherwise, for clients that may relay, for postmaster and for aliases.
 *
 * <p>Faults: without an entry in the file nobody is refused; a line that cannot be read is logged
 * with its place and left out.
 */
@Component(configurationPid = "rcpt_list", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RcptListConfig.class, factory = true)
@Plugin(
        name = "rcpt_list",
        files = "goodrcptto",
        formerly = "check_goodrcptto",
        accepts = "nothing",
        before = "rcpt_ok")
@NonBlocking
public final class RcptListPlugin implements RcptHook, FileCheck {
    private static final HookResult PASS = HookResult.pass("listed");
    private static final HookResult EMPTY = HookResult.skip("empty list");

    private final Reject reject;
    private final String extensions;
    private final ConfigView<GoodRecipients> good =
            ConfigView.ofEntries(
                    "goodrcptto", line -> GoodRecipients.parse(line.text()), GoodRecipients::new);

    /** Makes the plugin. */
    @Activate
    public RcptListPlugin(RejectSettings settings, RcptListConfig config) {
        reject = Reject.of(settings);
        extensions = config.extn();
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = GoodRecipients.parse(line);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        Address address = recipient.address();
        if (transaction.connection().isRelayClient()) {
            return HookResult.skip("relay client");
        }
        if (address.host().isEmpty() || GoodRecipients.isPostmaster(address)) {
            return HookResult.skip("postmaster, or no host");
        }
        if (recipient.notes().has(NoteKey.ALIAS)) {
            return HookResult.skip("alias");
        }
        GoodRecipients listed = good.in(recipient.config());
        if (listed.isEmpty()) {
            return EMPTY;
        }
        if (listed.contains(address, extensions)) {
            return PASS;
        }
        String fault = "invalid recipient " + address.address();
        return reject.decide(fault + " (#5.1.1)", fault).withKarma(-1);
    }
}
