package org.qpsmtpd.core.chain;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import org.qpsmtpd.api.answer.Action;

/**
 * What a plugin's calls of one hook were like. The times are counted in four steps for each power
 * of two nanoseconds.
 */
public final class CallFigures {
    private static final int STEPS = 4;
    private static final int STEP_BITS = 2;
    private static final Action[] ACTIONS = Action.values();

    private final Map<Action, LongAdder> verdicts;
    private final LongAdder errors = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final AtomicIntegerArray times = new AtomicIntegerArray(Long.SIZE * STEPS);

    CallFigures() {
        Map<Action, LongAdder> counters = new java.util.EnumMap<>(Action.class);
        for (Action action : ACTIONS) {
            counters.put(action, new LongAdder());
        }
        verdicts = counters;
    }

    void answered(Action action, long took) {
        counter(action).increment();
        nanos.add(took);
        times.incrementAndGet(step(took));
    }

    private LongAdder counter(Action action) {
        LongAdder counter = verdicts.get(action);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + action);
        }
        return counter;
    }

    public void failed() {
        errors.increment();
    }

    private static int step(long nanos) {
        long value = Math.max(nanos, STEPS);
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
        int within = (int) (value >>> (power - STEP_BITS)) & (STEPS - 1);
        return power * STEPS + within;
    }

    /** The largest time that is counted in a step. */
    private static long upper(int step) {
        int power = step / STEPS;
        return ((STEPS + 1L + step % STEPS) << (power - STEP_BITS)) - 1;
    }

    long calls() {
        return verdicts.values().stream().mapToLong(LongAdder::sum).sum() + errors.sum();
    }

    long errors() {
        return errors.sum();
    }

    /** How often it answered what; only what came up. */
    Map<String, Long> verdicts() {
        Map<String, Long> counts = new LinkedHashMap<>();
        verdicts.forEach(
                (action, counter) -> {
                    long count = counter.sum();
                    if (count > 0) {
                        counts.put(action.name(), count);
                    }
                });
        return counts;
    }

    long meanMicros() {
        long answers = calls() - errors.sum();
        return answers <= 0 ? 0 : nanos.sum() / answers / 1000;
    }

    /** The time that 99 of 100 calls kept below. */
    long p99Micros() {
        long all = 0;
        for (int i = 0; i < times.length(); i++) {
            all += times.get(i);
        }
        long left = all / 100;
        for (int i = times.length() - 1; i >= 0; i--) {
            left -= times.get(i);
            if (left < 0) {
                return upper(i) / 1000;
            }
        }
        return 0;
    }
}
