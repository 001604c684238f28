package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.itest.plugin.HookPlugins;

/**
 * The bundles of {@code HookPlugins}, one for each hook.
 *
 * @param byHook in the order of {@link HookPoint}
 */
record SwapPlugins(Map<String, PluginBundle> byHook) {
    SwapPlugins {
        byHook = Collections.unmodifiableMap(new LinkedHashMap<>(byHook));
    }

    /** Makes them. */
    static SwapPlugins make() {
        Map<String, PluginBundle> bundles = new LinkedHashMap<>();
        for (HookPoint point : HookPoint.values()) {
            bundles.put(point.hookName(), make(point));
        }
        return new SwapPlugins(bundles);
    }

    private static PluginBundle make(HookPoint point) {
        List<Class<?>> found =
                Arrays.stream(HookPlugins.class.getDeclaredClasses())
                        .filter(point.type()::isAssignableFrom)
                        .<Class<?>>map(type -> type)
                        .toList();
        assertThat(found).as("a plugin for the hook %s", point.hookName()).hasSize(1);
        return PluginBundle.of("org.example." + plugin(point.hookName()), found.get(0));
    }

    /** The plugin of a hook, as {@code config/plugins} writes it. */
    static String plugin(String hook) {
        return "swap_" + hook.replace('-', '_');
    }

    /** The jar of a hook's plugin, in the deploy folder. */
    static String file(String hook) {
        return plugin(hook) + ".jar";
    }

    /** The hooks. */
    List<String> hooks() {
        return List.copyOf(byHook.keySet());
    }

    /** The jar of a version of a hook's plugin. */
    byte[] jar(String hook, int version) {
        PluginBundle bundle = byHook.get(hook);
        assertThat(bundle).as(hook).isNotNull();
        return bundle.numbered(version).jar();
    }
}
