package org.qpsmtpd.core.log;

import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogLevel;

/**
 * A logging plugin, as it said when it joined what it wants; it is not asked again. Equal ones are
 * the same plugin, so that what is held against one is not forgotten with the next generation.
 *
 * @param name the plugin's, for the administrator
 * @param hook takes the lines; may do whatever it likes
 * @param threshold the least urgent level that it is given
 * @param takesRecords whether it is given the records of sessions
 * @param takesDecisions whether it is given what happens in sessions
 * @param writesToStandardError whether that is where it writes lines
 */
public record LogTaker(
        String name,
        LoggingHook hook,
        LogLevel threshold,
        boolean takesRecords,
        boolean takesDecisions,
        boolean writesToStandardError) {
    /** Asks one that is known to answer. */
    public static LogTaker of(String name, LoggingHook hook) {
        return new LogTaker(
                name,
                hook,
                hook.threshold(),
                hook.takesRecords(),
                hook.takesDecisions(),
                hook.writesToStandardError());
    }

    /** Whether standard error has the errors that it is given. */
    boolean showsErrors() {
        return writesToStandardError && threshold.shows(LogLevel.ERROR);
    }
}
