package org.qpsmtpd.plugin.naughty;

import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.DataHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Naughty;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Carries out the refusals that other plugins left for later.
 *
 * <p>Hooks {@code connect}, {@code mail}, {@code rcpt}, {@code data}, {@code data_post}: in the
 * phase that {@code reject} names, and in {@code data_post} in any case, refuses a marked
 * connection with the texts of all who marked it, as the first of them asked for. DECLINED
 * otherwise, and for immune clients.
 *
 * <p>Settings: {@code reject}, {@code rcpt}; {@code reject_type}, {@code disconnect}, for marks
 * that do not say how to refuse.
 *
 * <p>Source: qpsmtpd {@code plugins/naughty @ df5b04d}.
 */
@Component(configurationPid = "naughty", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = NaughtyConfig.class, factory = true)
@Plugin(name = "naughty", accepts = "nothing")
@NonBlocking
public final class NaughtyPlugin
        implements ConnectHook, MailHook, RcptHook, DataHook, DataPostHook {
    private static final HookResult GOOD = HookResult.DECLINED.because("pass");
    private static final HookResult IMMUNE = HookResult.DECLINED.because("skip: immune");

    private final Phase phase;
    private final Action ownType;

    private enum Phase {
        CONNECT,
        MAIL,
        RCPT,
        DATA,
        DATA_POST
    }

    /**
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    @Activate
    public NaughtyPlugin(NaughtyConfig config) {
        this.phase = Choice.of(Phase.class, "reject", config.reject());
        this.ownType = Reject.parseType(config.reject__type(), Action.DENY_DISCONNECT);
    }

    @Override
    public HookResult onConnect(Connection connection) {
        return judge(connection, connection.isImmune(), Phase.CONNECT);
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        return judge(transaction, Phase.MAIL);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        return judge(transaction, Phase.RCPT);
    }

    @Override
    public HookResult onData(Transaction transaction) {
        return judge(transaction, Phase.DATA);
    }

    /** A plugin that answered OK before may have hidden the phase asked for. */
    @Override
    public HookResult onDataPost(Transaction transaction) {
        return judge(transaction, phase);
    }

    private HookResult judge(Transaction transaction, Phase now) {
        return judge(transaction.connection(), transaction.isImmune(), now);
    }

    private HookResult judge(Connection connection, boolean immune, Phase now) {
        if (now != phase) {
            return HookResult.DECLINED;
        }
        if (immune) {
            return IMMUNE;
        }
        Optional<Naughty> mark = connection.naughty();
        return mark.isEmpty() ? GOOD : refuse(mark.get());
    }

    private HookResult refuse(Naughty mark) {
        Action type = mark.type().refuses() ? mark.type() : ownType;
        return HookResult.of(type, mark.text())
                .because(type.disconnects() ? "fail: disconnecting" : "fail: refused");
    }
}
