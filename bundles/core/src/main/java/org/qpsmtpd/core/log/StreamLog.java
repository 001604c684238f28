package org.qpsmtpd.core.log;

import java.io.PrintStream;
import org.qpsmtpd.api.log.LogRecord;

/** Writes lines to standard error: the connection or the process, and the text. */
public final class StreamLog implements BuiltInLog {
    private final PrintStream out;
    private final long processId = ProcessHandle.current().pid();

    /**
     * @param out is not closed
     */
    public StreamLog(PrintStream out) {
        this.out = out;
    }

    @Override
    public void write(LogRecord line) {
        out.println(line.speaker(processId) + " " + line.line());
    }
}
