package org.qpsmtpd.core.worker;

import java.util.concurrent.TimeUnit;

/** Looks from time to time at the calls of one event loop; used by the guard's thread only. */
final class CallWatch {
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A loop comes round once a second; without that for so long it is held up by something. */
    private static final long SILENT_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);

    private final InlineCalls calls;
    private long lookedAt;
    private long lasted;
    private long nextInterrupt;
    private long heard;
    private long silent;

    CallWatch(InlineCalls calls) {
        this.calls = calls;
    }

    /**
     * Looks once.
     *
     * @param elapsed nanoseconds since the last look; what the machine itself lost does not count
     */
    void look(long elapsed, Overrun overrun) {
        listen(elapsed);
        long current = calls.number();
        Object who = calls.anyCallee();
        if (who == null || current != lookedAt) {
            lookedAt = current;
            lasted = 0;
            nextInterrupt = MOST_NANOS;
            calls.setStuck(silent > SILENT_NANOS);
            return;
        }
        calls.suspect();
        lasted += elapsed;
        if (lasted >= nextInterrupt) {
            if (nextInterrupt == MOST_NANOS) {
                overrun.overran(who, calls.loop(), TimeUnit.NANOSECONDS.toMillis(lasted));
            }
            nextInterrupt = lasted + MOST_NANOS;
            calls.interrupt(lookedAt);
        }
    }

    private void listen(long elapsed) {
        long current = calls.beats();
        silent = current == heard ? silent + elapsed : 0;
        heard = current;
    }

    /** Whether the loop has ended. */
    boolean isOver() {
        return !calls.loop().isAlive();
    }
}
