package org.qpsmtpd.api.config;

import java.util.Locale;

/** How single values are read. */
final class ConfigValues {
    private ConfigValues() {}

    static boolean isTrue(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "1", "true", "yes", "on" -> true;
            default -> false;
        };
    }

    static long number(String text, long fallback) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return fallback;
        }
    }
}
