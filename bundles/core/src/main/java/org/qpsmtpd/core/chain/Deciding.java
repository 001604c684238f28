package org.qpsmtpd.core.chain;

import java.util.EnumSet;
import java.util.Set;
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
                    HookPoint.MAIL_PRE,
                    HookPoint.MAIL,
                    HookPoint.RCPT_PRE,
                    HookPoint.RCPT,
                    HookPoint.RCPT_POST,
                    HookPoint.DATA,
                    HookPoint.DATA_POST_HEADERS,
                    HookPoint.DATA_POST,
                    HookPoint.QUEUE_PRE);

    private Deciding() {}

    /** Whether a failure at the hook turns an answer that lets mail pass into a refusal. */
    static boolean isOne(HookPoint point) {
        return POINTS.contains(point);
    }

    /** Whether mail is deferred when a plugin of the hook cannot answer. */
    static boolean defersMail(HookPoint point) {
        return isOne(point) || point == HookPoint.QUEUE;
    }
}
