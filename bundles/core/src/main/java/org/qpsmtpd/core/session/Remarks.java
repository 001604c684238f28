package org.qpsmtpd.core.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qpsmtpd.core.message.Characters;

/**
 * What plugins said of a message besides their answers. A call that was given up may still say
 * something, so the methods lock.
 */
final class Remarks {
    private static final int MOST_REASONS = 20;
    private static final int MOST_TEXT = 300;

    /** One of them, as the record of the session has it. */
    record Remark(String answer, String text, String reason) {}

    private final List<String> quarantine = new ArrayList<>(1);
    private List<Remark> untold = new ArrayList<>(2);

    synchronized void add(String answer, String text, String reason) {
        untold.add(new Remark(answer, text, reason));
    }

    /** Takes a reason for quarantine, and gives it as it is kept; absent when there are enough. */
    synchronized Optional<String> quarantine(String reason) {
        if (quarantine.size() >= MOST_REASONS) {
            return Optional.empty();
        }
        String line = oneLine(reason);
        quarantine.add(line);
        add("quarantine", "", line);
        return Optional.of(line);
    }

    private static String oneLine(String text) {
        String start = text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT);
        return Characters.any(start, c -> c < 32) ? start.replaceAll("\\p{Cntrl}+", " ") : start;
    }

    synchronized List<String> quarantineReasons() {
        return List.copyOf(quarantine);
    }

    /** What was said since this was asked last. */
    synchronized List<Remark> take() {
        List<Remark> taken = untold;
        untold = new ArrayList<>(2);
        return taken;
    }
}
