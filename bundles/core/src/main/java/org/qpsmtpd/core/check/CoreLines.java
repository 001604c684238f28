package org.qpsmtpd.core.check;

import java.util.Map;
import java.util.function.Consumer;
import org.qpsmtpd.api.net.Network;

/** What the lines of the core's files may be that hold a list. */
final class CoreLines {
    private static final Map<String, Consumer<String>> READERS =
            Map.of(
                    "proxy_protocol_from", Network::parse,
                    "xclient_from", Network::parse);

    private CoreLines() {}

    /** Whether a file is one of these. */
    static boolean isOf(String name) {
        return READERS.containsKey(name);
    }

    /** What is wrong with a line; empty when nothing is. */
    static String fault(String name, String line) {
        Consumer<String> reader = READERS.getOrDefault(name, any -> {});
        try {
            reader.accept(line);
            return "";
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
