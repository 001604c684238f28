package org.qpsmtpd.plugin.userconfig;

import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakePatterns;

/** Makes plugins of other bundles, whose options are known to these bundles alone. */
final class MadePlugin {
    private MadePlugin() {}

    /**
     * @param type the class of the plugin
     * @param options those of its own, not {@code reject}
     */
    static Object of(Class<?> type, Map<String, ?> options) {
        Constructor<?> constructor = Stream.of(type.getConstructors()).findFirst().orElseThrow();
        Object[] arguments =
                Stream.of(constructor.getParameterTypes())
                        .map(parameter -> argument(parameter, options))
                        .toArray();
        try {
            return constructor.newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object argument(Class<?> parameter, Map<String, ?> options) {
        if (parameter == Patterns.class) {
            return new FakePatterns();
        }
        Map<String, ?> values =
                parameter == RejectSettings.class ? Map.of() : new TreeMap<>(options);
        return Configs.config(parameter.asSubclass(Annotation.class), values);
    }
}
