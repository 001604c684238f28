package org.qpsmtpd.plugin.rcptldap;

import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.lookup.LookupSettings;
import org.qpsmtpd.api.lookup.RecipientLookup;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.ldap.DirectoryException;

/**
 * Refuses recipients that an LDAP directory does not know.
 *
 * <p>{@code rcpt}: refused as {@code reject} says when the directory has no entry, or one that is
 * disabled; OK or DECLINED, as {@code found} says, when it has one; DECLINED for recipients that
 * are not looked up. Waits for the directory on a child.
 *
 * <p>Settings: {@code servers} ({@code ldap://127.0.0.1}), {@code base}, {@code filter} ({@code
 * (mail=%s)}), {@code unknown_when}, {@code disabled_when}, {@code bind_dn}, {@code password_file},
 * {@code starttls} (false), {@code caFile}, {@code connections} (4), {@code timeoutMillis} (3000);
 * and those of {@link LookupSettings} and {@link RejectSettings}.
 *
 * <p>Faults: a directory that cannot be asked, and a search that fails: DENYSOFT, or with {@code
 * on_error pass} DECLINED. When no server answers none is asked for five seconds.
 *
 * <p>Source: RFC 4511, RFC 4515.
 */
@Component(configurationPid = "rcpt_ldap", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RcptLdapConfig.class, factory = true)
@Plugin(
        name = "rcpt_ldap",
        before = "rcpt_ok",
        accepts = "rcpt found",
        paths = {"password_file", "caFile"})
public final class RcptLdapPlugin implements RcptHook {
    private final RecipientLookup lookup;
    private final LdapMailboxes mailboxes;

    @Activate
    public RcptLdapPlugin(RejectSettings reject, LookupSettings settings, RcptLdapConfig config) {
        lookup = new RecipientLookup("rcpt_ldap", reject, settings, config.on__error());
        mailboxes = new LdapMailboxes(config);
    }

    /** Closes the connections. */
    @Deactivate
    public void close() {
        mailboxes.close();
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        Optional<HookResult> known = lookup.known(transaction, recipient);
        return known.isPresent() ? known.get() : ask(transaction, recipient);
    }

    private HookResult ask(Transaction transaction, Recipient recipient) {
        try {
            return lookup.found(transaction, recipient, mailboxes.find(lookup.asked(recipient)));
        } catch (DirectoryException e) {
            String why = "the directory: " + e.getMessage();
            return e.isDown() ? lookup.down(transaction, why) : lookup.failed(why);
        }
    }
}
