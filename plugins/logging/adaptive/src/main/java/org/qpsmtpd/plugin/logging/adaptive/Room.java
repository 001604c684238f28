package org.qpsmtpd.plugin.logging.adaptive;

import org.qpsmtpd.api.log.LogRecord;

/** What the kept lines of all connections may take together. */
final class Room {
    /** About what a line takes besides its text. */
    private static final int LINE = 200;

    private final long most;
    private long taken;

    /**
     * @param most octets, about
     */
    Room(long most) {
        this.most = most;
    }

    /** Makes room for a line; false when there is none. */
    boolean take(LogRecord line) {
        long more = weight(line);
        if (taken + more > most) {
            return false;
        }
        taken += more;
        return true;
    }

    /** A line is kept no longer. */
    void give(LogRecord line) {
        taken -= weight(line);
    }

    private static long weight(LogRecord line) {
        return LINE + 2L * line.text().length();
    }
}
