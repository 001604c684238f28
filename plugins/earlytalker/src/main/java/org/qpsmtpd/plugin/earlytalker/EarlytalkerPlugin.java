package org.qpsmtpd.plugin.earlytalker;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.DataHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses clients that speak before it is their turn, as senders of spam do that never read a
 * reply.
 *
 * <p>{@code connect}: waits before the greeting; a client that speaks meanwhile is refused, or with
 * {@code defer-reject} only noted. {@code mail}: refuses a client so noted. {@code data}: waits in
 * the same way before 354. No thread is held while waiting. A client that spoke has the note {@code
 * earlytalker} and loses 1 of karma.
 *
 * <p>Settings: {@code wait}, seconds (1), which the connection's note {@code earlytalker_wait}
 * overrides; {@code check-at}, CONNECT, DATA or both (CONNECT); {@code defer-reject} (false);
 * {@code reject} (1) and {@code reject_type} (perm); {@code action}, an old way to say the last
 * two.
 *
 * <p>Faults: a client that closes the connection while we wait counts as silent.
 *
 * <p>Source: qpsmtpd {@code plugins/earlytalker @ df5b04d}, RFC 5321 section 4.3.1.
 */
@Component(configurationPid = "earlytalker", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = EarlytalkerConfig.class, factory = true)
@Plugin(
        name = "earlytalker",
        formerly = {"check_earlytalker", "async/earlytalker"})
@NonBlocking
public final class EarlytalkerPlugin implements ConnectHook, MailHook, DataHook {
    private static final NoteKey<Boolean> EARLYTALKER = new NoteKey<>("earlytalker", Boolean.class);
    private static final NoteKey<Integer> WAIT = new NoteKey<>("earlytalker_wait", Integer.class);
    private static final int MAX_WAIT_SECONDS = 240;
    private static final int GOOD_HISTORY = 5;

    private static final String TEXT = "Connecting host started transmitting before SMTP greeting";
    private static final String DETAIL = "remote started talking before we said hello";

    private static final HookResult PASS = HookResult.pass("not spontaneous");
    private static final HookResult DEFERRED =
            HookResult.DECLINED.because("fail, tolerated: " + DETAIL + ", left for MAIL");

    private final Reject reject;
    private final int waitSeconds;
    private final boolean atConnect;
    private final boolean atData;
    private final boolean deferReject;

    @Activate
    public EarlytalkerPlugin(RejectSettings settings, EarlytalkerConfig config) {
        reject = reject(settings, config.action().toLowerCase(Locale.ROOT));
        waitSeconds = config.wait$();
        atConnect = isListed(config.check__at(), "CONNECT");
        atData = isListed(config.check__at(), "DATA");
        deferReject = config.defer__reject();
    }

    @Override
    public HookResult onConnect(Connection connection) {
        if (!atConnect) {
            return HookResult.DECLINED;
        }
        if (connection.isImmune()) {
            return HookResult.IMMUNE;
        }
        int history = connection.notes().get(NoteKey.KARMA_HISTORY).orElse(0);
        if (history > GOOD_HISTORY) {
            return HookResult.skip("karma " + history);
        }
        return listen(connection, () -> deferReject ? DEFERRED : reject.decide(TEXT, DETAIL));
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        Connection connection = transaction.connection();
        boolean early = connection.notes().get(EARLYTALKER).orElse(false);
        if (!deferReject || !early) {
            return HookResult.DECLINED;
        }
        return transaction.isImmune() ? HookResult.IMMUNE : reject.decide(TEXT, DETAIL);
    }

    @Override
    public HookResult onData(Transaction transaction) {
        if (!atData) {
            return HookResult.DECLINED;
        }
        return transaction.isImmune()
                ? HookResult.IMMUNE
                : listen(transaction.connection(), () -> reject.decide(TEXT, DETAIL));
    }

    private HookResult listen(Connection connection, Supplier<HookResult> whenEarly) {
        return HookResult.later(
                connection.awaitInput(limit(connection)),
                early -> early ? noted(connection, whenEarly.get()) : PASS);
    }

    private static HookResult noted(Connection connection, HookResult result) {
        connection.notes().put(EARLYTALKER, true);
        return result.withKarma(-1);
    }

    private Duration limit(Connection connection) {
        int seconds = connection.notes().get(WAIT).orElse(waitSeconds);
        return Duration.ofSeconds(Math.max(0, Math.min(seconds, MAX_WAIT_SECONDS)));
    }

    private static boolean isListed(String[] moments, String moment) {
        boolean listed = false;
        for (String m : moments) {
            if (!m.equalsIgnoreCase("CONNECT") && !m.equalsIgnoreCase("DATA")) {
                throw new IllegalArgumentException("check-at '" + m + "' is not CONNECT or DATA");
            }
            listed |= m.equalsIgnoreCase(moment);
        }
        return listed;
    }

    /**
     * The option {@code action} of older versions says what {@code reject} leaves at its default.
     */
    private static Reject reject(RejectSettings settings, String action) {
        return switch (action) {
            case "", "deny", "denyhard" -> Reject.of(settings);
            case "denysoft" -> Reject.of(settings, Action.DENYSOFT);
            case "log" -> tolerated(Reject.of(settings));
            default ->
                    throw new IllegalArgumentException(
                            "action '" + action + "' is not one of deny, denysoft, log");
        };
    }

    private static Reject tolerated(Reject reject) {
        return reject.mode() == Reject.Mode.REFUSE ? reject.withMode(Reject.Mode.TOLERATE) : reject;
    }
}
