package org.qpsmtpd.api.control;

import java.time.Instant;
import java.util.List;

/**
 * A set of plugins.
 *
 * @param number counts up with each change
 * @param current whether new sessions get it
 * @param since when it became current
 * @param sessions how many sessions use it
 * @param plugins its plugins in order, each as {@code NAME VERSION}
 * @param faults why it defers mail, a sentence each; empty when it does not
 */
public record GenerationStatus(
        int number,
        boolean current,
        Instant since,
        int sessions,
        List<String> plugins,
        List<String> faults) {
    /** Copies the lists. */
    public GenerationStatus {
        plugins = List.copyOf(plugins);
        faults = List.copyOf(faults);
    }
}
