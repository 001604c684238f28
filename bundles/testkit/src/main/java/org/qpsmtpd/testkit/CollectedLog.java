package org.qpsmtpd.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;

/** Keeps what is logged. Safe for use by several threads. */
final class CollectedLog implements LoggingHook {
    private static final long PATIENCE_SECONDS = 30;

    private final LogLevel threshold;
    private final List<LogRecord> records = new ArrayList<>();

    CollectedLog(LogLevel threshold) {
        this.threshold = threshold;
    }

    @Override
    public synchronized HookResult onLog(LogRecord record) {
        records.add(record);
        notifyAll();
        return HookResult.OK;
    }

    @Override
    public LogLevel threshold() {
        return threshold;
    }

    synchronized List<LogRecord> records() {
        return List.copyOf(records);
    }

    synchronized LogRecord await(Predicate<LogRecord> wanted) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        int seen = 0;
        while (true) {
            for (; seen < records.size(); seen++) {
                if (wanted.test(records.get(seen))) {
                    return records.get(seen);
                }
            }
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new IllegalStateException("not logged; the log has " + records);
            }
            wait(left);
        }
    }
}
