package org.qpsmtpd.core.chain;

import java.util.EnumSet;
import java.util.Set;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.hook.HookPoint;

/** The hooks that decide about mail: when a plugin of one fails, mail is deferred. */
final class Deciding {
    /**
     * Hooks whose failure defers mail. Not the queue hook: what one plugin has stored must not be
     * sent again because another failed, and when none stores it the client gets 451 anyway.
     */
    private static final Set<HookPoint> POINTS =
            EnumSet.of(
                    HookPoint.PRE_CONNECTION,
                    HookPoint.CONNECT,
                    HookPoint.HELO,
                    HookPoint.EHLO,
                    HookPoint.AUTH_PRE,
                    HookPoint.MAIL_PRE,
                    HookPoint.MAIL,
                    HookPoint.RCPT_PRE,
                    HookPoint.RCPT,
                    HookPoint.RCPT_POST,
                    HookPoint.DATA,
                    HookPoint.DATA_POST_HEADERS,
                    HookPoint.DATA_POST,
                    HookPoint.QUEUE_PRE);

    /** Hooks of which one good answer is a proof, whatever became of the others. */
    private static final Set<HookPoint> PROVING =
            EnumSet.of(
                    HookPoint.AUTH_PLAIN,
                    HookPoint.AUTH_LOGIN,
                    HookPoint.AUTH_CRAM_MD5,
                    HookPoint.AUTH,
                    HookPoint.AUTH_KEYS,
                    HookPoint.AUTH_TOKEN);

    private Deciding() {}

    /** Whether a result counts for nothing when a plugin of the hook has failed. */
    static boolean isDoubtful(HookPoint point, Action result) {
        return (isOne(point) && !result.refuses())
                || (PROVING.contains(point) && result == Action.DECLINED);
    }

    /** Whether a failure at the hook turns an answer that lets mail pass into a refusal. */
    static boolean isOne(HookPoint point) {
        return POINTS.contains(point);
    }

    /** Whether mail is deferred when a plugin of the hook cannot answer. */
    static boolean defersMail(HookPoint point) {
        return isOne(point) || PROVING.contains(point) || point == HookPoint.QUEUE;
    }
}
