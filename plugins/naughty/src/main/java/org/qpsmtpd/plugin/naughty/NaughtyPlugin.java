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
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Carries out the refusals that other plugins left for later.
 *
 * <p>Hooks {@code connect}, {@code mail}, {@code rcpt}, {@code data}, {@code data_post}: in the
 * phase that {@code reject} names, and in {@code data_post} in any case, refuses a marked
 * connection with the texts of all who marked it, as the first of them asked for. DECLINED
 * otherwise. Immune clients are left alone, and so is each recipient with the note {@code
 * naughty_spared}; in {@code data_post} the others of the message get a verdict of their own.
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
    private static final HookResult SPARED = HookResult.skip("recipients that are spared");

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
        if (phase != Phase.CONNECT) {
            return HookResult.DECLINED;
        }
        return connection.isImmune() ? HookResult.IMMUNE : refusal(connection).orElse(GOOD);
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        return phase == Phase.MAIL ? judge(transaction) : HookResult.DECLINED;
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        if (phase != Phase.RCPT) {
            return HookResult.DECLINED;
        }
        return isSpared(transaction.connection(), recipient) ? SPARED : judge(transaction);
    }

    /** Some recipients may be told apart from others only when the whole message is there. */
    @Override
    public HookResult onData(Transaction transaction) {
        if (phase != Phase.DATA) {
            return HookResult.DECLINED;
        }
        return sparesAny(transaction) ? SPARED : judge(transaction);
    }

    /** A plugin that answered OK before may have hidden the phase asked for. */
    @Override
    public HookResult onDataPost(Transaction transaction) {
        HookResult verdict = judge(transaction);
        if (!verdict.action().refuses() || !sparesAny(transaction)) {
            return verdict;
        }
        HookResult one =
                verdict.action().isTemporary()
                        ? HookResult.denySoft(verdict.text())
                        : HookResult.deny(verdict.text());
        for (Recipient recipient : transaction.recipients()) {
            if (!isSpared(transaction.connection(), recipient)) {
                recipient.settle(one);
            }
        }
        return SPARED;
    }

    private HookResult judge(Transaction transaction) {
        return transaction.isImmune()
                ? HookResult.IMMUNE
                : refusal(transaction.connection()).orElse(GOOD);
    }

    private Optional<HookResult> refusal(Connection connection) {
        return connection.naughty().map(this::refuse);
    }

    private HookResult refuse(Naughty mark) {
        Action type = mark.type().refuses() ? mark.type() : ownType;
        return HookResult.of(type, mark.text())
                .because(type.disconnects() ? "fail: disconnecting" : "fail: refused");
    }

    private static boolean sparesAny(Transaction transaction) {
        return transaction.recipients().stream()
                .anyMatch(recipient -> isSpared(transaction.connection(), recipient));
    }

    /** What has come to the mark since the recipient was spared does count. */
    private static boolean isSpared(Connection connection, Recipient recipient) {
        Optional<String> spared = recipient.notes().get(NoteKey.NAUGHTY_SPARED);
        return spared.isPresent() && spared.equals(connection.naughty().map(Naughty::text));
    }
}
