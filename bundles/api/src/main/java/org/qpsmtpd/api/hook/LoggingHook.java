package org.qpsmtpd.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.SessionRecord;

/**
 * Hook {@code logging}: every line of the log is offered to the loggers in order.
 *
 * <p>OK keeps the line from the loggers that follow; anything else passes it on. When no plugin
 * listens, the server writes to standard error itself. Runs on the thread that logs, so it must be
 * quick; what it logs itself is not offered to it again.
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
     * took. Runs on the thread that ended the session, so it must be quick.
     *
     * @param record what happened
     */
    default void onSessionEnd(SessionRecord record) {
        // most loggers write lines only
    }

    /** Whether {@link #onSessionEnd} is to be called; asked once, when the plugin joins. */
    default boolean takesRecords() {
        return false;
    }

    /** The least urgent level this logger wants to see; the server does not call it for others. */
    default LogLevel threshold() {
        return LogLevel.DEBUG;
    }
}
