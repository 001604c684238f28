package org.qpsmtpd.api.plugin;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A plugin that counts something of its own; shown by {@code plugins --figures} and {@code status
 * --json}.
 */
@ConsumerType
@FunctionalInterface
public interface PluginFigures {
    /**
     * The present figures, always in the same order, a hundred at most; asked now and then, from
     * any thread, and not to wait for anything.
     */
    List<Figure> figures();

    /**
     * A number that a plugin keeps.
     *
     * @param name lower-case letters, digits and {@code _}, such as {@code lookups_failed}
     * @param isCounter whether it only grows while the plugin runs; otherwise it is a level
     * @param value the number now
     */
    record Figure(String name, boolean isCounter, long value) {
        /** A number that only grows. */
        public static Figure counter(String name, long value) {
            return new Figure(name, true, value);
        }

        /** A number that goes up and down. */
        public static Figure gauge(String name, long value) {
            return new Figure(name, false, value);
        }
    }
}
