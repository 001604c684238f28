package org.qpsmtpd.runtime.felix.report;

import java.io.PrintStream;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Log output for as long as there is no other: lines {@code PID TEXT} at WARNING and above. It is
 * silent while the root logger has another handler, which is the core's once it runs.
 */
public final class StandardErrorHandler extends Handler {
    private static final Logger ROOT = Logger.getLogger("");

    private final PrintStream out;
    private final SimpleFormatter formatter = new SimpleFormatter();
    private final long pid = ProcessHandle.current().pid();

    StandardErrorHandler(PrintStream out) {
        this.out = out;
        setLevel(Level.WARNING);
    }

    /** Makes this the only handler of java.util.logging. */
    public static void install(PrintStream out) {
        LogManager.getLogManager().reset();
        ROOT.addHandler(new StandardErrorHandler(out));
    }

    @Override
    public void publish(LogRecord record) {
        if (isLoggable(record) && ROOT.getHandlers().length <= 1) {
            @Nullable Throwable thrown = record.getThrown();
            String reason = thrown == null ? "" : ": " + OneLine.reason(thrown);
            out.println(pid + " " + OneLine.of(formatter.formatMessage(record) + reason));
        }
    }

    @Override
    public void flush() {
        out.flush();
    }

    /**
     * The stream is the process's own and stays open. Each line was flushed; the end of the process
     * does not wait for one that nobody reads.
     */
    @Override
    public void close() {
        // see above
    }
}
