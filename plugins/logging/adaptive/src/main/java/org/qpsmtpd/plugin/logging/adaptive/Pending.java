package org.qpsmtpd.plugin.logging.adaptive;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.log.LogRecord;

/** The lines of a connection that wait for what becomes of its message. */
final class Pending {
    private static final int MOST_LINES = 500;

    private final Room room;
    private final List<LogRecord> lines = new ArrayList<>();
    private String refused = "";
    private int left;

    Pending(Room room) {
        this.room = room;
    }

    void add(LogRecord line) {
        if (lines.size() < MOST_LINES && room.take(line)) {
            lines.add(line);
        } else {
            left++;
        }
    }

    /** A plugin has refused something about a message. */
    void refuse(String messageId) {
        refused = messageId;
    }

    boolean isRefused(String messageId) {
        return refused.equals(messageId);
    }

    /** The lines about a message, and those before that are about none. */
    List<LogRecord> of(String messageId) {
        return lines.stream()
                .filter(line -> line.messageId().isEmpty() || line.messageId().equals(messageId))
                .toList();
    }

    /** How many lines there was no room for. */
    int left() {
        return left;
    }

    /** The message is over. */
    void clear() {
        lines.forEach(room::give);
        lines.clear();
        left = 0;
        refused = "";
    }
}
