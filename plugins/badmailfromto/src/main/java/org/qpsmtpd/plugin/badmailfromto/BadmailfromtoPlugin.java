package org.qpsmtpd.plugin.badmailfromto;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.answer.DsnStatus;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses mail of certain senders to certain recipients, as if there were no such recipient.
 *
 * <p>{@code rcpt}: DENY when the file {@code badmailfromto}, the server's or the recipient's own,
 * has a line with the sender, or {@code @} and the sender's host, and the recipient, as addresses
 * are compared ({@link Address#comparable}); declines otherwise. The null sender and senders
 * without user or host are left alone.
 *
 * <p>Faults: without the file nobody is refused; a line that is no pair is logged with its place
 * and refuses nobody.
 *
 * <p>Source: qpsmtpd {@code plugins/badmailfromto} @ df5b04d.
 */
@Component(configurationPid = "badmailfromto", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(
        name = "badmailfromto",
        files = "badmailfromto",
        formerly = "check_badmailfromto",
        accepts = "nothing")
@NonBlocking
public final class BadmailfromtoPlugin implements RcptHook, FileCheck {
    private static final HookResult EMPTY = HookResult.skip("empty list");
    private static final HookResult HALF_ADDRESS = HookResult.skip("missing user or host");
    private static final HookResult PASS = HookResult.pass("not listed");

    private final ConfigView<AddressPairs> badMailFromTo =
            ConfigView.ofEntries(
                    "badmailfromto",
                    line -> AddressPairs.Pair.parse(line.text()),
                    AddressPairs::of);

    /** Makes the plugin; it has no settings. */
    @Activate
    public BadmailfromtoPlugin() {}

    @Override
    public void checkLine(String file, String line) {
        var unused = AddressPairs.Pair.parse(line);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        AddressPairs pairs = badMailFromTo.in(transaction.connection().config());
        AddressPairs own = badMailFromTo.in(recipient.config());
        if (pairs.isEmpty() && own.isEmpty()) {
            return EMPTY;
        }
        Address sender = transaction.sender();
        if (sender.isNull()) {
            return HookResult.NULL_SENDER;
        }
        if (sender.user().isEmpty() || sender.host().isEmpty()) {
            return HALF_ADDRESS;
        }
        Address address = recipient.address();
        if (!pairs.contain(sender, address) && !own.contain(sender, address)) {
            return PASS;
        }
        String to = address.comparable();
        return DsnStatus.NO_SUCH_USER
                .result("mail to " + to + " not accepted here")
                .because("fail: " + sender.comparable() + " listed with " + to);
    }
}
