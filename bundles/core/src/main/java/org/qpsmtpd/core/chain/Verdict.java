package org.qpsmtpd.core.chain;

import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HookPoint;

/**
 * What a run has come to: the answer of the plugin asked last, and in the end the result. Used by
 * whoever has the run.
 */
final class Verdict {
    private static final HookResult FAULT =
            HookResult.denySoft("Internal error - try again later (#4.3.0)");

    private static final HookResult OVERDUE =
            HookResult.denySoftDisconnect("Internal error - try again later (#4.3.0)");

    private final HookPoint point;
    private final Scribe scribe;
    private HookResult answer = HookResult.DECLINED;
    private boolean faulted;

    Verdict(HookPoint point, Scribe scribe) {
        this.point = point;
        this.scribe = scribe;
    }

    /** The answer, or the result once there is one. */
    HookResult result() {
        return answer;
    }

    /** The result is that we, or a plugin that is needed, failed. */
    void fault() {
        answer = FAULT;
    }

    /** The result is that a plugin did not answer in time. */
    void overdue() {
        answer = OVERDUE;
    }

    /** A plugin has answered or failed: counts, records and logs it. */
    void take(
            Link link,
            long began,
            @Nullable HookResult said,
            @Nullable Throwable failure,
            @Nullable Promise promise) {
        long now = System.nanoTime();
        @Nullable HookResult taken = said;
        @Nullable Throwable reason = failure;
        if (said != null && promise != null) {
            try {
                taken = promise.kept(said);
            } catch (IllegalArgumentException e) { // the code does not go with the answer
                taken = null;
                reason = e;
            }
        }
        if (taken != null && taken.pending().isPresent()) {
            String text = "answers " + Promise.MOST + " times that its answer comes later";
            taken = null;
            reason = new IllegalStateException(text);
        }
        if (taken == null) {
            faulted |= !link.skipOnError();
            scribe.failed(link, began, now, reason);
            answer = HookResult.DECLINED;
            return;
        }
        scribe.answered(link, taken, began, now);
        answer = taken;
    }

    /** A plugin that fails again and again is not asked for a while; always true. */
    boolean isBypassed(Link link, long began) {
        scribe.bypassed(link, began);
        faulted |= !link.skipOnError();
        // It has stored nothing, so nothing comes twice.
        boolean refuses = !link.skipOnError() && point == HookPoint.QUEUE;
        answer = refuses ? FAULT : HookResult.DECLINED;
        return true;
    }

    /** Whether the run ends with the answer. */
    boolean isSettled() {
        if (answer.action() == Action.DECLINED) {
            return false;
        }
        answer = outcome(answer);
        return true;
    }

    /** Nobody had an opinion, and the result is there; always true. */
    boolean isDeclined() {
        answer = outcome(HookResult.DECLINED);
        return true;
    }

    private HookResult outcome(HookResult result) {
        return faulted && Deciding.isDoubtful(point, result.action()) ? FAULT : result;
    }
}
