package org.qpsmtpd.core.log;

import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A plugin's hook being run, so that what the plugin logs meanwhile can be told apart.
 *
 * @param plugin the plugin's name as config/plugins writes it
 * @param hook qpsmtpd's name of the hook; empty when it is not known
 * @param connectionId the connection; empty outside connections, and when it is not known
 * @param level the plugin's {@code loglevel} setting
 */
public record PluginCall(String plugin, String hook, String connectionId, LevelSetting level) {
    private static final ThreadLocal<@Nullable PluginCall> CURRENT = new ThreadLocal<>();

    /**
     * Stands for some calls of a plugin, of which one is meant: what they have in common is known.
     *
     * @param plugin the plugin, when there is no call
     */
    public static PluginCall common(
            String plugin, LevelSetting level, Collection<PluginCall> calls) {
        if (calls.size() == 1) {
            return calls.iterator().next();
        }
        Set<String> hooks = new HashSet<>();
        calls.forEach(call -> hooks.add(call.hook()));
        return new PluginCall(plugin, hooks.size() == 1 ? hooks.iterator().next() : "", "", level);
    }

    /** Runs something as a part of this call. */
    public void run(Runnable code) {
        @Nullable PluginCall before = CURRENT.get();
        CURRENT.set(this);
        try {
            code.run();
        } finally {
            CURRENT.set(before);
        }
    }

    /** Marks the calling thread as running this call; null as running none. */
    public static void enter(@Nullable PluginCall call) {
        CURRENT.set(call);
    }

    /** The call that the calling thread runs. */
    public static Optional<PluginCall> current() {
        return Optional.ofNullable(CURRENT.get());
    }
}
