package org.qpsmtpd.itest.container.example;

import java.util.Map;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogRecord;

/** Writes each line of the log, with its level before it, to the file of its setting. */
public final class CollectorPlugin implements LoggingHook {
    private final Journal journal;

    /** Reads the settings. */
    public CollectorPlugin(Map<String, Object> properties) {
        journal = new Journal(String.valueOf(properties.get("journal")));
    }

    @Override
    public HookResult onLog(LogRecord line) {
        journal.write(line.level() + " " + line.line());
        return HookResult.DECLINED;
    }
}
