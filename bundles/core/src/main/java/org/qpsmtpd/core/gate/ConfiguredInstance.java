package org.qpsmtpd.core.gate;

import java.util.Locale;
import java.util.Map;

/**
 * A plugin's instance that a file configures. It is handed over as it is and never becomes a
 * configuration of the framework, so it reaches nothing but the plugin that it names.
 *
 * @param pid of the plugin, see {@link #pid(String)}
 * @param instance what tells it from others of the plugin: letters, digits, {@code -}, {@code _}
 *     and {@code .}
 * @param options by name; not checked against what the plugin declares
 * @param place the file, for messages
 */
public record ConfiguredInstance(
        String pid, String instance, Map<String, OptionValue> options, String place) {
    /** The configuration pid that a plugin's name stands for. */
    public static String pid(String plugin) {
        return plugin.toLowerCase(Locale.ROOT).replace('/', '.').replace('-', '_');
    }
}
