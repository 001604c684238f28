package org.qpsmtpd.core.log;

import org.qpsmtpd.api.log.LogRecord;
import org.slf4j.Logger;

/**
 * Writes lines to the log of the host that the server lives in, where the name of the logger tells
 * the server. The host has no level for what is urgent beyond an error or below a warning.
 */
public final class HostLog implements BuiltInLog {
    private final Logger logger;

    /** Lines go to this logger. */
    public HostLog(Logger logger) {
        this.logger = logger;
    }

    @Override
    public void write(LogRecord line) {
        String text =
                line.connectionId().isEmpty()
                        ? line.line()
                        : line.connectionId() + " " + line.line();
        switch (line.level()) {
            case EMERG, ALERT, CRIT, ERROR -> logger.error(text);
            case WARN -> logger.warn(text);
            case NOTICE, INFO -> logger.info(text);
            case DEBUG -> logger.debug(text);
        }
    }
}
