package org.qpsmtpd.core.log;

import org.qpsmtpd.api.log.LogRecord;

/** Where lines go while there is no logging plugin, or none that takes them. */
public interface BuiltInLog {
    /** Takes a line that the level lets through. */
    void write(LogRecord line);
}
