package org.qpsmtpd.core.listener;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorChooserFactory.EventExecutorChooser;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Deals new connections to the event loops in turn, past those that are stuck. The last few loops
 * are spare ones, which run only once all others are stuck.
 */
final class LoopChooser implements EventExecutorChooser {
    private final EventExecutor[] loops;
    private final int regular;
    private final Predicate<EventExecutor> stuck;
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * @param regular how many of the loops are not spare ones
     */
    LoopChooser(EventExecutor[] loops, int regular, Predicate<EventExecutor> stuck) {
        this.loops = loops.clone();
        this.regular = regular;
        this.stuck = stuck;
    }

    @Override
    public EventExecutor next() {
        int number = turn.getAndIncrement() & Integer.MAX_VALUE;
        EventExecutor usual = among(0, regular, number);
        if (usual != null) {
            return usual;
        }
        EventExecutor spare = among(regular, loops.length, number);
        return spare == null ? loops[number % regular] : spare;
    }

    private @Nullable EventExecutor among(int from, int to, int number) {
        int count = to - from;
        for (int i = 0; i < count; i++) {
            EventExecutor loop = loops[from + (number % count + i) % count];
            if (!stuck.test(loop)) {
                return loop;
            }
        }
        return null;
    }
}
