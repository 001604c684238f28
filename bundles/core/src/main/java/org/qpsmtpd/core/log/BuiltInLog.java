package org.qpsmtpd.core.log;

import org.qpsmtpd.api.log.LogRecord;

/** Where lines go while no logging plugin is there. */
public interface BuiltInLog {
    /** Takes a line that the level lets through. */
    void write(LogRecord line);

    /** Takes a word about the logging plugins themselves, which cannot log it. */
    void complain(String text);
}
