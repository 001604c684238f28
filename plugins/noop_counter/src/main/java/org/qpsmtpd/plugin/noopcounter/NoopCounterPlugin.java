package org.qpsmtpd.plugin.noopcounter;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataHook;
import org.qpsmtpd.api.hook.EhloHook;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.HelpHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.NoopHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.hook.ResetTransactionHook;
import org.qpsmtpd.api.hook.VrfyHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Closes the connection of a client that sends NOOP again and again.
 *
 * <p>{@code noop}: DECLINED below the limit, DENY_DISCONNECT (500) from it on. The other hooks end
 * the row and are DECLINED. The count is in the connection's note {@code noop_count}.
 *
 * <p>Setting: {@code limit}, the NOOP that closes the connection, from 1 (3).
 *
 * <p>Source: qpsmtpd {@code plugins/noop_counter @ df5b04d}.
 */
@Component(configurationPid = "noop_counter", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = NoopCounterConfig.class, factory = true)
@Plugin(name = "noop_counter", positional = "limit", accepts = "nothing")
@NonBlocking
public final class NoopCounterPlugin
        implements NoopHook,
                HeloHook,
                EhloHook,
                MailHook,
                RcptHook,
                DataHook,
                ResetTransactionHook,
                VrfyHook,
                HelpHook {
    private static final NoteKey<Integer> COUNT = new NoteKey<>("noop_count", Integer.class);

    private final int limit;

    @Activate
    public NoopCounterPlugin(NoopCounterConfig config) {
        limit = config.limit();
    }

    @Override
    public HookResult onNoop(Connection connection) {
        int count = connection.notes().get(COUNT).orElse(0) + 1;
        connection.notes().put(COUNT, count);
        return count < limit
                ? HookResult.DECLINED
                : HookResult.denyDisconnect("Stop wasting my time, too many consecutive NOOPs")
                        .because("fail: " + count + " NOOPs in a row");
    }

    private static HookResult endRow(Connection connection) {
        if (connection.notes().has(COUNT)) {
            connection.notes().put(COUNT, 0);
        }
        return HookResult.DECLINED;
    }

    @Override
    public HookResult onHelo(Connection connection, String host) {
        return endRow(connection);
    }

    @Override
    public HookResult onEhlo(Connection connection, String host, List<String> capabilities) {
        return endRow(connection);
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        return endRow(transaction.connection());
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        return endRow(transaction.connection());
    }

    @Override
    public HookResult onData(Transaction transaction) {
        return endRow(transaction.connection());
    }

    @Override
    public void onResetTransaction(Transaction transaction) {
        var unused = endRow(transaction.connection());
    }

    @Override
    public HookResult onVrfy(Connection connection, String argument) {
        return endRow(connection);
    }

    @Override
    public HookResult onHelp(Connection connection, String argument) {
        return endRow(connection);
    }
}
