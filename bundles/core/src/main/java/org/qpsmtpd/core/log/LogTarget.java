package org.qpsmtpd.core.log;

import java.util.concurrent.TimeUnit;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.SessionRecord;

/**
 * One who is given lines, and how it behaves. While a thread hangs in it, it is given nothing. When
 * it fails some times in a row, it is given nothing for half a minute. When one or the other has
 * happened three times within ten minutes of each other, it is out, and only its replacement is
 * asked again; but the built-in log never is.
 */
final class LogTarget {
    /** Is given to those who take lines, as these are: they open anew what they write to. */
    static final Object REOPEN = new Object();

    private static final int FAILURES = 5;
    private static final int STRIKES = 3;
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long FORGIVEN_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final LogTaker taker;
    private final boolean builtIn;
    private final String server;
    private volatile boolean hangs;
    private volatile boolean out;
    private volatile boolean rests;
    private volatile long restsUntil;
    private int failures;
    private int strikes;
    private long struckAt;

    private LogTarget(LogTaker taker, boolean builtIn, String server) {
        this.taker = taker;
        this.builtIn = builtIn;
        this.server = server;
    }

    /**
     * A logging plugin.
     *
     * @param server put before lines that belong to no connection; may be empty
     */
    static LogTarget plugin(LogTaker taker, String server) {
        return new LogTarget(taker, false, server);
    }

    /** The log that is there without plugins; it is given what it is to write and nothing else. */
    static LogTarget builtIn(LogTaker taker) {
        return new LogTarget(taker, true, "");
    }

    LogTaker taker() {
        return taker;
    }

    boolean isBuiltIn() {
        return builtIn;
    }

    String title() {
        return builtIn ? "the " + taker.name() : "logging plugin " + taker.name();
    }

    /** Whether there is no use in giving it anything now. */
    boolean isBarred() {
        return hangs || out || (rests && System.nanoTime() - restsUntil < 0);
    }

    boolean wants(Object what) {
        if (what == REOPEN) {
            return true;
        }
        if (what instanceof LogRecord line) {
            return taker.threshold().shows(line.level());
        }
        return what instanceof SessionEvent ? taker.takesDecisions() : taker.takesRecords();
    }

    /**
     * Gives it a line, an event, a record or {@link LogWriter#REOPEN}; it may do whatever it likes.
     *
     * @return whether it keeps it from the others
     */
    boolean give(Object what) {
        if (what == REOPEN) {
            taker.hook().onReload();
            return false;
        }
        if (what instanceof LogRecord line) {
            return taker.hook().onLog(withServer(line)).action() == Action.OK;
        }
        if (what instanceof SessionEvent event) {
            event.telling().accept(taker.hook());
            return false;
        }
        taker.hook().onSessionEnd((SessionRecord) what);
        return false;
    }

    /** Several servers may write to one file; the ids of connections tell their server already. */
    private LogRecord withServer(LogRecord line) {
        if (server.isEmpty() || !line.connectionId().isEmpty()) {
            return line;
        }
        return new LogRecord(
                line.time(),
                line.level(),
                line.connectionId(),
                line.messageId(),
                line.hook(),
                line.plugin(),
                server + ": " + line.text());
    }

    /** It took something. */
    void succeeded() {
        failures = 0;
        rests = false;
    }

    /** It threw; returns what there is to say about it, which may be nothing. */
    String failed(Throwable failure) {
        failures++;
        if (failures == 1) {
            return title() + " failed: " + LogText.of(failure);
        }
        if (failures < FAILURES && !rests) {
            return "";
        }
        rests = true;
        restsUntil = System.nanoTime() + REST_NANOS;
        return title()
                + " failed again and again, it is passed over "
                + (strike()
                        ? "until it is replaced"
                        : "for " + TimeUnit.NANOSECONDS.toSeconds(REST_NANOS) + " seconds");
    }

    /** A thread was left in it; returns what there is to say about it. */
    String hangs(long millis) {
        hangs = true;
        return title()
                + " did not come back within "
                + millis
                + " ms, it is passed over "
                + (strike() ? "until it is replaced" : "until it does");
    }

    /** The thread that was left in it has come back. */
    void cameBack() {
        hangs = false;
    }

    /** Counts; returns whether it is out now. */
    private synchronized boolean strike() {
        long now = System.nanoTime();
        strikes = strikes > 0 && now - struckAt < FORGIVEN_NANOS ? strikes + 1 : 1;
        struckAt = now;
        out = !builtIn && strikes >= STRIKES;
        return out;
    }
}
