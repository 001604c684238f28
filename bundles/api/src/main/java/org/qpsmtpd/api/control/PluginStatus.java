package org.qpsmtpd.api.control;

import java.util.Map;

/**
 * A plugin's place in the chain of one hook, and what its calls were like since it joined.
 *
 * @param list name of the plugin list; a plugin that is in several lists has its figures in each
 * @param hook the hook as qpsmtpd writes it
 * @param name the plugin as {@code config/plugins} writes it
 * @param bundle symbolic name of its bundle
 * @param version version of its bundle
 * @param place file and line that names it, or the bundle when no line does
 * @param calls how often it was asked
 * @param verdicts how often it gave which answer, by the name of the action; those that came up
 * @param meanMicros mean time of a call in microseconds
 * @param p99Micros time in microseconds that 99 of 100 calls kept below, to within a quarter
 * @param errors how often it failed or did not answer in time
 * @param running calls that have not come back
 * @param breaker {@code closed} when it is called as usual, {@code open} when it is passed over for
 *     a while after failures, {@code trying} when one call is to show whether it works again
 * @param away whether its bundle is stopped or being updated
 * @param onChild whether its calls go to a worker, since they may wait
 * @param remark what else is to be known, such as that no call can reach it; empty for nothing
 */
public record PluginStatus(
        String list,
        String hook,
        String name,
        String bundle,
        String version,
        String place,
        long calls,
        Map<String, Long> verdicts,
        long meanMicros,
        long p99Micros,
        long errors,
        long running,
        String breaker,
        boolean away,
        boolean onChild,
        String remark) {
    /** Copies the map. */
    public PluginStatus {
        verdicts = Map.copyOf(verdicts);
    }
}
