package org.qpsmtpd.core.worker;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Notices whose threads become too many. Counting threads costs little and is done at each check;
 * only when there are many more than there have been are their stacks looked at. Used by one thread
 * at a time.
 */
public final class ThreadWatch {
    /** So many more than the fewest seen are nothing to look into. */
    private static final int GROWTH = 100;

    private static final int MANY = 200;

    /** After so many checks stacks are looked at again although there are no more threads. */
    private static final int PATIENCE = 12;

    private final Function<String, Optional<String>> ownerOf;
    private final Report report;
    private final Map<String, Integer> reported = new HashMap<>();
    private int fewest = Integer.MAX_VALUE;
    private int lookedAt;
    private int checks;

    /** Is told whose threads are too many. */
    @FunctionalInterface
    public interface Report {
        /** An owner has more than 200 threads; told again when they have doubled. */
        void tooMany(String owner, int threads);
    }

    /**
     * @param ownerOf the owner of a class by its name; empty for none
     */
    public ThreadWatch(Function<String, Optional<String>> ownerOf, Report report) {
        this.ownerOf = ownerOf;
        this.report = report;
    }

    /** Looks whether somebody has too many threads; to be called every few seconds. */
    public void check() {
        check(liveThreads());
    }

    void check(int live) {
        fewest = Math.min(fewest, live);
        if (live - fewest <= GROWTH) {
            lookedAt = 0;
            reported.clear();
            return;
        }
        checks++;
        if (live - lookedAt > GROWTH || checks >= PATIENCE) {
            lookedAt = live;
            checks = 0;
            reportOwners(count());
        }
    }

    private static int liveThreads() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        for (ThreadGroup parent = group; parent != null; parent = parent.getParent()) {
            group = parent;
        }
        return group.activeCount();
    }

    private Map<String, Integer> count() {
        Map<String, Integer> threads = new HashMap<>();
        Map<String, Optional<String>> known = new HashMap<>();
        Thread.getAllStackTraces()
                .forEach(
                        (thread, stack) -> {
                            String owner = owner(thread, stack, known);
                            if (owner != null) {
                                threads.merge(owner, 1, Integer::sum);
                            }
                        });
        return threads;
    }

    /** Who started what runs on a thread: the owner of the outermost frame that has one. */
    private @Nullable String owner(
            Thread thread, StackTraceElement[] stack, Map<String, Optional<String>> known) {
        String owner = known.computeIfAbsent(thread.getClass().getName(), ownerOf).orElse(null);
        for (int i = stack.length - 1; i >= 0 && owner == null; i--) {
            owner = known.computeIfAbsent(stack[i].getClassName(), ownerOf).orElse(null);
        }
        return owner;
    }

    private void reportOwners(Map<String, Integer> threads) {
        reported.keySet().removeIf(owner -> threads.getOrDefault(owner, 0) <= MANY);
        threads.forEach(
                (owner, count) -> {
                    if (count > MANY && count >= 2 * reported.getOrDefault(owner, 0)) {
                        reported.put(owner, count);
                        report.tooMany(owner, count);
                    }
                });
    }
}
