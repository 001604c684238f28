package org.qpsmtpd.plugin.senderpermittedfrom;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.PluginState;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.dmarc.DmarcChecker;
import org.qpsmtpd.mailauth.dmarc.DmarcRequest;
import org.qpsmtpd.mailauth.dmarc.DmarcResult;
import org.qpsmtpd.mailauth.dmarc.DmarcVerdict;
import org.qpsmtpd.mailauth.spf.SpfIdentity;
import org.qpsmtpd.mailauth.spf.SpfResult;
import org.qpsmtpd.mailauth.spf.SpfVerdict;

/** Leaves refusals until the plugin dmarc has seen the message. */
final class Dmarc {
    private static final NoteKey<String> RESULT = new NoteKey<>("dmarc_result", String.class);
    private static final String PASS = "pass ";
    private static final String NO_POLICY = "none none no_policy ";

    private final DmarcChecker checker;
    private final Duration limit;
    private final boolean leaves;
    private final int withoutPolicy;
    private final PluginState<Arrival> arrivals = new PluginState<>(Arrival::new);

    /** What is answered when the message is whole, unless it passes. */
    private static final class Arrival {
        private HookResult left = HookResult.DECLINED;
    }

    Dmarc(SenderPermittedFromConfig config, Dns dns) {
        limit = Duration.ofSeconds(config.timeout());
        checker = new DmarcChecker(dns, limit, Clock.systemUTC());
        leaves = config.leave__to__dmarc();
        withoutPolicy = config.no__dmarc__policy();
    }

    /**
     * The answer at MAIL: a refusal waits where the domain has a policy, since a signature may show
     * that the message comes from it (RFC 9989 section 7.1).
     */
    HookResult leave(Transaction transaction, SpfVerdict verdict, HookResult answer) {
        boolean isFailure =
                verdict.result() == SpfResult.FAIL || verdict.result() == SpfResult.SOFTFAIL;
        boolean isSender = verdict.request().identity() == SpfIdentity.MAIL_FROM;
        if (!leaves || !isFailure || !isSender || !answer.action().refuses()) {
            return answer;
        }
        DmarcRequest request = new DmarcRequest(List.of(verdict.request().domain()), List.of());
        return HookResult.later(
                checker.check(request),
                limit,
                answer,
                found -> hasPolicy(found) ? left(transaction, verdict, answer) : answer);
    }

    /** Nothing is aligned, so that a policy fails. */
    private static boolean hasPolicy(DmarcVerdict verdict) {
        return verdict.result() == DmarcResult.FAIL;
    }

    private HookResult left(Transaction transaction, SpfVerdict verdict, HookResult answer) {
        arrivals.of(transaction).left = answer.withKarma(0);
        return HookResult.DECLINED
                .because("fail, tolerated until DMARC is known: " + verdict.summary())
                .withKarma(answer.karma());
    }

    /**
     * The answer when the message is whole.
     *
     * @param all verdicts on the sender
     */
    HookResult decide(Transaction transaction, List<SpfVerdict> all) {
        String result = transaction.notes().get(RESULT).orElse("");
        if (transaction.isImmune() || result.startsWith(PASS)) {
            return HookResult.DECLINED;
        }
        HookResult left = arrivals.of(transaction).left;
        if (left.action().refuses() || all.isEmpty() || !result.startsWith(NO_POLICY)) {
            return withCode(left);
        }
        return withCode(Policy.withoutDmarc(all.get(all.size() - 1), withoutPolicy));
    }

    /** The codes that MAIL has. */
    private static HookResult withCode(HookResult answer) {
        return answer.action().refuses()
                ? answer.withCode(answer.action().isTemporary() ? 450 : 550)
                : answer;
    }
}
