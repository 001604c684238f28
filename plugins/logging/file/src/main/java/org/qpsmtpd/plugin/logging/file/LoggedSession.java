package org.qpsmtpd.plugin.logging.file;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A connection, or all that happens outside connections, as far as it concerns the log. */
final class LoggedSession {
    private static final long OLD_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String id;
    private volatile boolean over;
    private volatile long overSince;
    private @Nullable FileOutput output;

    /**
     * @param id what {@code %i} stands for
     */
    LoggedSession(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }

    /** Where its last line went; null before its first. */
    @Nullable FileOutput output() {
        return output;
    }

    void use(@Nullable FileOutput next) {
        output = next;
    }

    /** It is over, but for lines that are on their way. */
    void end() {
        overSince = System.nanoTime();
        over = true;
    }

    /** Whether it has been over for so long that no line is on its way. */
    boolean isOld() {
        return over && System.nanoTime() - overSince > OLD_NANOS;
    }
}
