package org.qpsmtpd.api.log;

import java.time.Instant;

/**
 * One line of the log.
 *
 * @param time when it was said
 * @param level how urgent it is
 * @param connectionId the connection it belongs to; empty outside connections
 * @param messageId the message of the connection that was on its way, from MAIL on; empty for none
 * @param hook name of the running hook as qpsmtpd writes it ({@code rcpt}); empty outside hooks
 * @param plugin name of the speaking plugin as {@code config/plugins} writes it; empty for the core
 * @param text the line; control characters, line ends included, are already escaped, but for the
 *     tabs of {@link org.qpsmtpd.api.session.Connection#log}
 */
public record LogRecord(
        Instant time,
        LogLevel level,
        String connectionId,
        String messageId,
        String hook,
        String plugin,
        String text) {
    /** A line that belongs to no message. */
    public LogRecord(
            Instant time,
            LogLevel level,
            String connectionId,
            String hook,
            String plugin,
            String text) {
        this(time, level, connectionId, "", hook, plugin, text);
    }

    /**
     * Who speaks, for the place where qpsmtpd's loggers write a process id: the connection, so that
     * the lines of one session can be told from those of others, or the process when there is none.
     *
     * @param processId number of this process
     */
    public String speaker(long processId) {
        return connectionId.isEmpty() ? Long.toString(processId) : connectionId;
    }

    /**
     * The line as qpsmtpd's own loggers write it, without the process id: {@code (HOOK) PLUGIN:
     * TEXT}, or {@code PLUGIN: TEXT} from a plugin that does something of its own.
     */
    public String line() {
        String place = hook.isEmpty() ? "" : "(" + hook + ") ";
        return plugin.isEmpty() ? text : place + plugin + ": " + text;
    }
}
