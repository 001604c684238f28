package org.qpsmtpd.dns.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done later, after one of a few delays. With the same delay the next one is due
 * last, so each delay has a line of its own, and neither a new alarm nor one that is cancelled
 * costs more when many wait; most are cancelled. Belongs to the loop.
 */
final class Alarms {
    private final List<Line> lines = new ArrayList<>();

    /** Those with one delay, the first one due first; an empty line leads to itself. */
    private static final class Line extends Alarm {
        private final long delay;

        Line(long delay) {
            super(0, () -> {});
            this.delay = delay;
        }
    }

    /**
     * One more.
     *
     * @param delay nanoseconds; each value is kept for good
     */
    Alarm add(long now, long delay, Runnable task) {
        Alarm alarm = new Alarm(now + delay, task);
        alarm.enter(line(delay));
        return alarm;
    }

    private Line line(long delay) {
        for (Line line : lines) {
            if (line.delay == delay) {
                return line;
            }
        }
        Line line = new Line(delay);
        lines.add(line);
        return line;
    }

    /** Gives out what is to be done now. */
    void ring(long now, Consumer<Runnable> doing) {
        for (int i = 0; i < lines.size(); i++) { // a task may add a line
            Line line = lines.get(i);
            for (Alarm first = line.next(); isDue(first, line, now); first = line.next()) {
                first.cancel();
                doing.accept(first.task());
            }
        }
    }

    private static boolean isDue(Alarm first, Line line, long now) {
        return first != line && first.due() - now <= 0;
    }

    /** The one that is due first; null when nothing waits. */
    @Nullable Alarm first() {
        Alarm earliest = null;
        for (Line line : lines) {
            Alarm first = line.next();
            if (first != line && (earliest == null || first.due() - earliest.due() < 0)) {
                earliest = first;
            }
        }
        return earliest;
    }
}
