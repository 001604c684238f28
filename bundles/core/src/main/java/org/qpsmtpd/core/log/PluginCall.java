package org.qpsmtpd.core.log;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A plugin's hook being run, so that what the plugin logs meanwhile can be told apart.
 *
 * @param plugin the plugin's name as config/plugins writes it
 * @param hook qpsmtpd's name of the hook
 * @param connectionId the connection; empty outside connections
 * @param level the plugin's {@code loglevel} setting
 */
public record PluginCall(String plugin, String hook, String connectionId, LevelSetting level) {
    private static final ThreadLocal<@Nullable PluginCall> CURRENT = new ThreadLocal<>();

    /** Marks the calling thread as running this call; null as running none. */
    public static void enter(@Nullable PluginCall call) {
        CURRENT.set(call);
    }

    /** The call that the calling thread runs. */
    public static Optional<PluginCall> current() {
        return Optional.ofNullable(CURRENT.get());
    }
}
