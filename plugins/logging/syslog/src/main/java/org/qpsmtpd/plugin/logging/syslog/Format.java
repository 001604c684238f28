package org.qpsmtpd.plugin.logging.syslog;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** How a line is written, without what tells it from the next one. */
enum Format {
    /** As BSD's syslog did: local time, no year. */
    RFC3164 {
        @Override
        String write(Head head, ZonedDateTime time, String speaker, String hook, String text) {
            return "<"
                    + head.code()
                    + ">"
                    + BSD.format(time)
                    + " "
                    + (head.local() ? "" : head.host() + " ")
                    + head.ident()
                    + "["
                    + speaker
                    + "]: "
                    + text;
        }
    },
    RFC5424 {
        @Override
        String write(Head head, ZonedDateTime time, String speaker, String hook, String text) {
            return "<"
                    + head.code()
                    + ">1 "
                    + DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                            time.truncatedTo(ChronoUnit.MICROS))
                    + " "
                    + head.host()
                    + " "
                    + head.ident()
                    + " "
                    + speaker
                    + " "
                    + (hook.isEmpty() ? "-" : hook)
                    + " - "
                    + text;
        }
    };

    private static final DateTimeFormatter BSD =
            DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ROOT);

    /**
     * What is the same for many lines.
     *
     * @param code facility and severity
     * @param host the name of this machine
     * @param ident the name that the lines are sent under
     * @param local whether the server is on this machine, and knows its name
     */
    record Head(int code, String host, String ident, boolean local) {}

    /**
     * Writes a line.
     *
     * @param time in the zone of this machine
     * @param speaker the connection or the process
     * @param hook the hook; may be empty
     */
    abstract String write(Head head, ZonedDateTime time, String speaker, String hook, String text);

    /** The zone that the times are written in. */
    static ZoneId zone() {
        return ZoneId.systemDefault();
    }
}
