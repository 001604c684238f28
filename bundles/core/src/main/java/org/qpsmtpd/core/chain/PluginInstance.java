package org.qpsmtpd.core.chain;

import java.lang.reflect.Method;
import java.util.Arrays;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.core.log.LevelSetting;

/**
 * A plugin ready to serve.
 *
 * @param name its name, with {@code :N} for further instances
 * @param plugin the object that implements the hooks
 * @param level its setting {@code loglevel}
 * @param skipOnError its setting {@code on_error}: true for {@code skip}, false for {@code defer}
 */
public record PluginInstance(String name, Object plugin, LevelSetting level, boolean skipOnError) {
    /** A plugin with the usual settings. */
    public static PluginInstance of(String name, Object plugin) {
        return new PluginInstance(name, plugin, LevelSetting.UNCHANGED, false);
    }

    boolean answers(HookPoint point) {
        return point.type().isInstance(plugin);
    }

    /**
     * Its place in a chain.
     *
     * @param mayWait whether what every plugin uses may wait, so that none can be called as one
     *     that never does
     */
    <H> Link<H> link(HookPoint point, Class<H> type, boolean mayWait) {
        boolean nonBlocking = !mayWait && isNonBlocking(point);
        return new Link<>(name, type.cast(plugin), nonBlocking, level, skipOnError);
    }

    /** Whether the hook's method never waits. */
    boolean isNonBlocking(HookPoint point) {
        if (plugin.getClass().isAnnotationPresent(NonBlocking.class)) {
            return true;
        }
        return Arrays.stream(point.type().getMethods())
                .filter(method -> !method.isDefault())
                .anyMatch(this::isMarked);
    }

    private boolean isMarked(Method declared) {
        try {
            return plugin.getClass()
                    .getMethod(declared.getName(), declared.getParameterTypes())
                    .isAnnotationPresent(NonBlocking.class);
        } catch (NoSuchMethodException e) {
            return false;
        }
    }
}
