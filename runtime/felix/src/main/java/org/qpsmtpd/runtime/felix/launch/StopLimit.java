package org.qpsmtpd.runtime.felix.launch;

import java.time.Duration;
import org.qpsmtpd.runtime.felix.report.StartFailure;
import org.qpsmtpd.runtime.felix.report.StartLog;

/** Ends the process when it does not stop by itself. */
final class StopLimit {
    /** Longer than the core gives what is in flight: only a hang lasts so long. */
    private static final Duration LIMIT =
            Duration.ofSeconds(Long.getLong("org.qpsmtpd.stop_timeout", 90));

    private static final Duration LINE_LIMIT = Duration.ofSeconds(1);

    private StopLimit() {}

    /** Begins to count. */
    static void begin(StartLog log) {
        Thread watchdog =
                new Thread(
                        () -> {
                            try {
                                Thread.sleep(LIMIT.toMillis());
                            } catch (InterruptedException e) {
                                return;
                            }
                            tellOverdue(log);
                            Runtime.getRuntime().halt(StartFailure.FAILED);
                        },
                        "stop limit");
        watchdog.setDaemon(true);
        watchdog.start();
    }

    /** Does not wait long for standard error, which may be what holds up the end. */
    private static void tellOverdue(StartLog log) {
        String text = "The server did not stop within " + LIMIT.toSeconds() + " seconds";
        Thread thread = new Thread(() -> log.warn(text + " and is ended"), "stop limit line");
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join(LINE_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
