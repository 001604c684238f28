package org.qpsmtpd.runtime.felix.report;

import java.io.PrintStream;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * What the launcher itself has to say, one line each on standard error: {@code PID TEXT}, as the
 * core's own lines look, and {@code dd/mm/yyyy hh:mm:ss:PID: TEXT} for the events of {@code
 * --debug}.
 */
public final class StartLog {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("dd/MM/yyyy HH:mm:ss", Locale.ROOT);

    private final PrintStream out;
    private final boolean debug;
    private final boolean quiet;
    private final long pid = ProcessHandle.current().pid();

    public StartLog(PrintStream out, boolean debug, boolean quiet) {
        this.out = out;
        this.debug = debug;
        this.quiet = quiet;
    }

    /** An event of the start, for {@code --debug} alone. */
    public void debug(String text) {
        if (debug) {
            out.println(
                    LocalDateTime.now(ZoneId.systemDefault()).format(TIME)
                            + ":"
                            + pid
                            + ": "
                            + OneLine.of(text));
        }
    }

    /** A start-up line, unless {@code --quiet}. */
    public void info(String text) {
        if (!quiet) {
            warn(text);
        }
    }

    /** A line that is always printed. */
    public void warn(String text) {
        out.println(pid + " " + OneLine.of(text));
    }
}
