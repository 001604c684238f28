package org.qpsmtpd.plugin.queue.nats;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;

/** Text for headers, which take printable ASCII: other octets of UTF-8, and %, become %XX. */
final class PercentText {
    private PercentText() {}

    static String of(String text) {
        StringBuilder percent = new StringBuilder(text.length());
        for (byte octet : text.getBytes(UTF_8)) {
            if (octet > ' ' && octet < 127 && octet != '%') {
                percent.append((char) octet);
            } else {
                percent.append(String.format(Locale.ROOT, "%%%02X", octet & 0xFF));
            }
        }
        return percent.toString();
    }
}
