package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionMoment;
import org.qpsmtpd.api.log.SessionRecord;

/**
 * Hook {@code logging}: every line of the log is offered to the loggers in order.
 *
 * <p>OK keeps the line from the loggers that follow; anything else passes it on. When no plugin
 * listens, or none can, the server writes to standard error itself. Each server calls its loggers
 * on one thread of the log's own, one after the other and in the order in which things were logged,
 * so nobody waits for a logger but the next one. What it logs itself on that thread is left out.
 *
 * <p>One that fails again and again is passed over for a while; one that takes longer than five
 * seconds for a line is passed over until it comes back, and after the third time until it is
 * replaced. While loggers are too slow for what is logged, lines are left out, urgent ones last,
 * and a line says how many.
 *
 * <p>Before a logger is used it is asked what it wants and given one line of the level DEBUG,
 * whatever its threshold; when it fails at that or takes longer than ten seconds, it is refused.
 */
@ConsumerType
@FunctionalInterface
public interface LoggingHook {
    /**
     * Answers the hook.
     *
     * @param record the line
     */
    HookResult onLog(LogRecord record);

    /**
     * Takes the record of a session that has ended: what each plugin answered, why, and how long it
     * took. Comes behind the session's last line, on the same thread.
     *
     * @param record what happened
     */
    default void onSessionEnd(SessionRecord record) {
        // most loggers write lines only
    }

    /**
     * Takes what a plugin answered, or the server itself replied, as soon as it has. Comes in its
     * place among the lines, on the same thread.
     *
     * @param session the session
     * @param decision the answer
     */
    default void onDecision(SessionMoment session, Decision decision) {
        // most loggers write lines only
    }

    /**
     * Takes what became of a message: with the reply to its last octet, or when its transaction
     * ended without one. Comes behind the lines about the message, on the same thread.
     *
     * @param session the session
     * @param message the message; its outcome is empty when nothing of it was refused either
     */
    default void onMessage(SessionMoment session, MessageRecord message) {
        // most loggers write lines only
    }

    /**
     * Whether {@link #onDecision} and {@link #onMessage} are to be called; asked once, when the
     * plugin joins.
     */
    default boolean takesDecisions() {
        return false;
    }

    /**
     * Whether lines go to the standard error of the server, where it then does not itself repeat
     * what whoever starts it must see; asked once, when the plugin joins.
     */
    default boolean writesToStandardError() {
        return false;
    }

    /**
     * The server was told to read its configuration anew, by SIGHUP or {@code reload}: a logger
     * that keeps a file open opens it anew, since somebody may have renamed it. Comes behind what
     * was logged before, on the same thread.
     */
    default void onReload() {
        // most loggers keep nothing open
    }

    /** Whether {@link #onSessionEnd} is to be called; asked once, when the plugin joins. */
    default boolean takesRecords() {
        return false;
    }

    /**
     * The least urgent level this logger wants to see; the server does not call it for others.
     * Asked once, when the plugin joins.
     */
    default LogLevel threshold() {
        return LogLevel.DEBUG;
    }
}
