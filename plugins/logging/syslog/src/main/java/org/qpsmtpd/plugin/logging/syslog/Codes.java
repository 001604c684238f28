package org.qpsmtpd.plugin.logging.syslog;

import java.util.List;
import java.util.Locale;

/** The names and numbers that syslog has for facilities and severities. */
final class Codes {
    private static final List<String> FACILITIES =
            List.of(
                    "kern",
                    "user",
                    "mail",
                    "daemon",
                    "auth",
                    "syslog",
                    "lpr",
                    "news",
                    "uucp",
                    "cron",
                    "authpriv",
                    "ftp",
                    "ntp",
                    "audit",
                    "alert",
                    "clock",
                    "local0",
                    "local1",
                    "local2",
                    "local3",
                    "local4",
                    "local5",
                    "local6",
                    "local7");
    private static final List<String> SEVERITIES =
            List.of("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug");

    private Codes() {}

    /**
     * The number of a facility, 0 to 23.
     *
     * @throws IllegalArgumentException when there is none of that name
     */
    static int facility(String text) {
        return number(FACILITIES, "facility", text, plain(text));
    }

    /**
     * The number of a severity, 0 to 7.
     *
     * @throws IllegalArgumentException when there is none of that name
     */
    static int severity(String text) {
        String name = plain(text);
        String usual =
                switch (name) {
                    case "error" -> "err";
                    case "warn" -> "warning";
                    case "panic" -> "emerg";
                    default -> name;
                };
        return number(SEVERITIES, "priority", text, usual);
    }

    /** As syslog(3) writes it, {@code LOG_MAIL}, as qpsmtpd does, {@code LOGINFO}, or neither. */
    private static String plain(String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        if (name.startsWith("log_")) {
            return name.substring(4);
        }
        return name.startsWith("log") && !name.startsWith("local") ? name.substring(3) : name;
    }

    private static int number(List<String> names, String option, String text, String name) {
        int number = name.matches("[0-9]{1,2}") ? Integer.parseInt(name) : names.indexOf(name);
        if (number < 0 || number >= names.size()) {
            throw new IllegalArgumentException(
                    option + " '" + text + "' is not one of " + String.join(", ", names));
        }
        return number;
    }
}
