package org.qpsmtpd.plugin.rcptsql;

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
import org.qpsmtpd.sql.DatabaseException;

/**
 * Refuses recipients that a query to a database does not find.
 *
 * <p>{@code rcpt}: refused as {@code reject} says when the query has no row, or only rows that are
 * true in their column {@code disabled}; OK or DECLINED, as {@code found} says, when it has another
 * one; DECLINED for recipients that are not looked up. Waits for the database on a child.
 *
 * <p>Settings: {@code url}, {@code user}, {@code password_file}, {@code query}, {@code connections}
 * (4), {@code timeoutMillis} (3000); and those of {@link LookupSettings} and {@link
 * RejectSettings}.
 *
 * <p>Faults: a database that cannot be asked, and a query that fails: DENYSOFT, or with {@code
 * on_error pass} DECLINED. When the database does not answer it is not asked for five seconds.
 */
@Component(configurationPid = "rcpt_sql", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RcptSqlConfig.class, factory = true)
@Plugin(name = "rcpt_sql", before = "rcpt_ok", accepts = "rcpt found", paths = "password_file")
public final class RcptSqlPlugin implements RcptHook {
    private final RecipientLookup lookup;
    private final SqlMailboxes mailboxes;

    @Activate
    public RcptSqlPlugin(RejectSettings reject, LookupSettings settings, RcptSqlConfig config) {
        lookup = new RecipientLookup("rcpt_sql", reject, settings, config.on__error());
        mailboxes = new SqlMailboxes(config);
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
        } catch (DatabaseException e) {
            String why = "the database: " + e.getMessage();
            return e.isDown() ? lookup.down(transaction, why) : lookup.failed(why);
        }
    }
}
