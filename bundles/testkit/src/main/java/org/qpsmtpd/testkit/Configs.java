package org.qpsmtpd.testkit;

import java.lang.annotation.Annotation;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.util.converter.Converters;

/** Makes the configuration annotations that a plugin's constructor takes. */
public final class Configs {
    private Configs() {}

    /** A configuration with all defaults. */
    public static <T extends Annotation> T config(Class<T> type) {
        return config(type, Map.of());
    }

    /**
     * A configuration with some values set, converted as Declarative Services does: {@code
     * reject__type()} is the key {@code reject_type}, text becomes a number or a boolean where that
     * is the type, and what is not set has the default of the annotation.
     *
     * @param values key to value
     * @throws IllegalArgumentException for a key that the type does not have
     */
    public static <T extends Annotation> T config(Class<T> type, Map<String, ?> values) {
        Set<String> keys =
                Stream.of(type.getDeclaredMethods())
                        .map(method -> key(method.getName()))
                        .collect(Collectors.toCollection(TreeSet::new));
        for (String key : values.keySet()) {
            if (!keys.contains(key)) {
                throw new IllegalArgumentException(
                        type.getSimpleName() + " has no setting " + key + " but " + keys);
            }
        }
        return Converters.standardConverter().convert(values).to(type);
    }

    /** The key of a method, by the rules of component property types (OSGi Compendium 112.8.2). */
    private static String key(String method) {
        StringBuilder key = new StringBuilder(method.length());
        int i = 0;
        while (i < method.length()) {
            if (method.startsWith("$_$", i)) {
                key.append('-');
                i += 3;
            } else if (method.startsWith("$$", i) || method.startsWith("__", i)) {
                key.append(method.charAt(i));
                i += 2;
            } else {
                char c = method.charAt(i);
                key.append(c == '_' ? "." : c == '$' ? "" : String.valueOf(c));
                i++;
            }
        }
        return key.toString();
    }
}
