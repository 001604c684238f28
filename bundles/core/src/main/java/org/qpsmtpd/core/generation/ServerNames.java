package org.qpsmtpd.core.generation;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which servers a service or configuration is meant for.
 *
 * @param names of the servers; empty for all
 */
record ServerNames(List<String> names) {
    /** Property that names a server, or several. */
    static final String PROPERTY = "qpsmtpd.server";

    /** Reads the value of the property. */
    static ServerNames of(@Nullable Object value) {
        if (value instanceof Collection<?> many) {
            return new ServerNames(many.stream().map(String::valueOf).toList());
        }
        if (value instanceof Object[] many) {
            return new ServerNames(Arrays.stream(many).map(String::valueOf).toList());
        }
        return new ServerNames(value == null ? List.of() : split(value.toString()));
    }

    private static List<String> split(String text) {
        return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    }

    boolean include(String server) {
        return names.isEmpty() || names.contains(server);
    }
}
