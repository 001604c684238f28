package org.qpsmtpd.core.worker;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Notices that little memory is left even after it was collected. Well before that somebody begins
 * to measure who takes memory, since the Java machine ends when there is none, and then it is too
 * late to ask. Used by one thread at a time.
 */
public final class MemoryWatch {
    private static final double MEASURED = 0.5;
    private static final double SHORT = 0.8;

    /** So many looks lie between two lines. */
    private static final int PATIENCE = 12;

    private static final long MEGA = 1024L * 1024;

    private final List<MemoryPoolMXBean> pools;
    private final Consumer<Boolean> measure;
    private final Supplier<String> takers;
    private final Consumer<String> report;
    private boolean measures;
    private int silence;

    /**
     * Watches the heap of this Java machine.
     *
     * @param measure begins, or ends, to measure who takes memory
     * @param takers what was measured, in words; empty for nothing
     * @param report takes a line
     */
    public MemoryWatch(
            Consumer<Boolean> measure, Supplier<String> takers, Consumer<String> report) {
        this.measure = measure;
        this.takers = takers;
        this.report = report;
        pools =
                ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == MemoryType.HEAP)
                        .filter(MemoryPoolMXBean::isCollectionUsageThresholdSupported)
                        .filter(MemoryPoolMXBean::isUsageThresholdSupported)
                        .toList();
    }

    /** Looks once; to be called about twice a second. */
    public void check() {
        long used = 0;
        long kept = 0;
        long most = 0;
        for (MemoryPoolMXBean pool : pools) {
            MemoryUsage now = pool.getUsage();
            MemoryUsage collected = pool.getCollectionUsage();
            used += now.getUsed();
            kept += collected == null ? 0 : collected.getUsed();
            most += Math.max(0, now.getMax());
        }
        check(used, kept, most);
    }

    /**
     * Looks at figures, in octets.
     *
     * @param kept what was in use after the last collection
     */
    void check(long used, long kept, long most) {
        boolean much = used > most * MEASURED;
        if (much != measures) {
            measures = much;
            measure.accept(much);
        }
        silence = Math.max(0, silence - 1);
        if (kept > most * SHORT && silence == 0) {
            silence = PATIENCE;
            String who = takers.get();
            report.accept(
                    "memory is short: "
                            + kept / MEGA
                            + " of "
                            + most / MEGA
                            + " MB are in use after a collection"
                            + (who.isEmpty() ? "" : "; taken in calls of plugins: " + who));
        }
    }
}
