package org.qpsmtpd.core.listener;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorChooserFactory.EventExecutorChooser;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Deals new connections to the event loops in turn, past those that are stuck. The last few loops
 * are spare ones, which run only once all others are stuck. One that has ended is replaced.
 */
final class LoopChooser implements EventExecutorChooser {
    private final AtomicReferenceArray<EventExecutor> loops;
    private final int regular;
    private final Predicate<EventExecutor> stuck;
    private final UnaryOperator<EventExecutor> replace;
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * @param regular how many of the loops are not spare ones
     * @param replace gives one for a loop that has ended; the same when there is to be none
     */
    LoopChooser(
            EventExecutor[] loops,
            int regular,
            Predicate<EventExecutor> stuck,
            UnaryOperator<EventExecutor> replace) {
        this.loops = new AtomicReferenceArray<>(loops);
        this.regular = regular;
        this.stuck = stuck;
        this.replace = replace;
    }

    @Override
    public EventExecutor next() {
        int number = turn.getAndIncrement() & Integer.MAX_VALUE;
        EventExecutor usual = among(0, regular, number);
        if (usual != null) {
            return usual;
        }
        EventExecutor spare = among(regular, loops.length(), number);
        return spare == null ? loops.get(number % regular) : spare;
    }

    private @Nullable EventExecutor among(int from, int to, int number) {
        int count = to - from;
        for (int i = 0; i < count; i++) {
            EventExecutor loop = present(from + (number % count + i) % count);
            if (!loop.isShuttingDown() && !stuck.test(loop)) {
                return loop;
            }
        }
        return null;
    }

    private EventExecutor present(int at) {
        EventExecutor loop = loops.get(at);
        return loop.isShuttingDown() ? replaced(at) : loop;
    }

    private synchronized EventExecutor replaced(int at) {
        EventExecutor loop = loops.get(at);
        if (loop.isShuttingDown()) {
            loop = replace.apply(loop);
            loops.set(at, loop);
        }
        return loop;
    }
}
