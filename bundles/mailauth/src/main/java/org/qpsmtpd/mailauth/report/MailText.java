package org.qpsmtpd.mailauth.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;

/** Parts of the text of a mail. */
final class MailText {
    static final String END = "\r\n";

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);
    private static final int LONGEST_VALUE = 900;

    private MailText() {}

    /** A line of the header, which no value can leave. */
    static String field(String name, String value) {
        return name + ": " + line(value) + END;
    }

    /** Printable ASCII on one line, cut where no line could hold it. */
    static String line(String value) {
        String line = value.replaceAll("[^ -~]+", " ").strip();
        return line.length() <= LONGEST_VALUE ? line : line.substring(0, LONGEST_VALUE);
    }

    static String date(Instant time) {
        return DATE.format(time);
    }

    static String base64(byte[] octets) {
        return Base64.getMimeEncoder().encodeToString(octets) + END;
    }
}
