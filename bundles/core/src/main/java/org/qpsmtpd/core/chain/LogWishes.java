package org.qpsmtpd.core.chain;

import java.time.Instant;
import java.util.Objects;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;

/**
 * What a logging plugin wants, as it said when it was tried.
 *
 * @param threshold the least urgent level of a line
 * @param records whether it takes the records of sessions
 * @param decisions whether it takes what happens in sessions
 * @param standardError whether that is where it writes lines
 */
public record LogWishes(
        LogLevel threshold, boolean records, boolean decisions, boolean standardError) {
    /**
     * Asks a plugin, and has it take a line; it may do whatever it likes.
     *
     * @throws PluginFault when it fails or takes too long
     */
    public static LogWishes of(String plugin, LoggingHook hook) throws PluginFault {
        String text = "a line to try the logging plugin " + plugin + " with, before it is used";
        LogRecord line = new LogRecord(Instant.now(), LogLevel.DEBUG, "", "", "", text);
        try {
            return TimeLimit.within(
                    () -> {
                        LogLevel threshold = Objects.requireNonNull(hook.threshold(), "no level");
                        boolean records = hook.takesRecords();
                        boolean decisions = hook.takesDecisions();
                        boolean standardError = hook.writesToStandardError();
                        Objects.requireNonNull(hook.onLog(line), "no answer");
                        return new LogWishes(threshold, records, decisions, standardError);
                    });
        } catch (PluginFault e) {
            throw new PluginFault("it does not take a line of the log: " + e.getMessage());
        }
    }
}
