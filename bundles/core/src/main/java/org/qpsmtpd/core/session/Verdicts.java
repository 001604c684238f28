package org.qpsmtpd.core.session;

import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;

/**
 * The verdicts on single recipients, and the one answer that they make together with that on the
 * message.
 */
final class Verdicts {
    /** What a plugin is taken to answer when no recipient is left to ask it about. */
    static final HookResult NOBODY_LEFT =
            HookResult.skip("each recipient has a verdict of its own");

    private static final HookResult NOT_QUEUED =
            HookResult.denySoft("Queuing declined or disabled; try again later").withCode(451);

    /** How verdicts that differ are told to the client. */
    enum Way {
        /** In one reply, which accepts the message when it can. */
        TOGETHER,
        /** In one reply, which refuses the message when one of them does. */
        STRICT,
        /** In a reply each. */
        EACH
    }

    private @Nullable HookResult temporary;
    private @Nullable HookResult permanent;
    private @Nullable HookResult stored;

    /** Checks that an answer can be a verdict. */
    static void check(HookResult verdict, boolean queueing) {
        Action action = verdict.action();
        boolean good =
                verdict.pending().isEmpty()
                        && (action == Action.DENY
                                || action == Action.DENYSOFT
                                || action == Action.OK);
        if (!good) {
            throw new IllegalArgumentException(
                    "a recipient is settled with OK, DENY or DENYSOFT, not with " + verdict);
        }
        if (action == Action.OK && !queueing) {
            throw new IllegalStateException(
                    "a recipient is settled with OK in the hook queue only, when it is stored");
        }
    }

    /** Adds a verdict. */
    void add(HookResult verdict) {
        if (!verdict.action().refuses()) {
            stored = stored == null ? verdict : stored;
        } else if (verdict.action().isTemporary()) {
            temporary = temporary == null ? verdict : temporary;
        } else {
            permanent = permanent == null ? verdict : permanent;
        }
    }

    /**
     * The answer before anything is queued.
     *
     * @param answer what plugins answered about the message
     * @param open whether recipients are left
     */
    HookResult beforeQueue(HookResult answer, boolean open, Way way) {
        HookResult later = temporary;
        HookResult never = permanent;
        boolean decided = answer.action().refuses() || answer.action() == Action.DONE;
        if (decided || (open && way == Way.EACH)) {
            return answer;
        }
        if (later != null) {
            return later;
        }
        return never == null || (open && way == Way.TOGETHER) ? answer : never;
    }

    /**
     * The answer when the queue was asked.
     *
     * @param answer what queue plugins answered for the recipients without a verdict
     * @param open whether there are any
     */
    HookResult afterQueue(HookResult answer, boolean open, Way way) {
        if (answer.action() == Action.DONE) {
            return answer;
        }
        if (open) {
            add(answer.action() == Action.DECLINED ? NOT_QUEUED : answer);
        }
        HookResult later = temporary;
        HookResult done = stored;
        HookResult never = permanent;
        if (later != null && (done == null || way != Way.EACH)) {
            return later;
        }
        if (done != null) {
            return answer.action() == Action.OK ? answer : done;
        }
        return never == null ? answer : never;
    }

    /** Whether a recipient for whom the message is stored will get it again. */
    boolean isRepeated() {
        return stored != null && temporary != null;
    }
}
