package org.qpsmtpd.plugin.queue.postfixqueue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.qpsmtpd.api.mail.Parameters;

/** What the client said of reports, as attributes of cleanup; what cannot be read is left out. */
final class Dsn {
    private static final Map<String, Integer> NOTIFY =
            Map.of("NEVER", 1, "SUCCESS", 2, "FAILURE", 4, "DELAY", 8);

    private Dsn() {}

    /** Of the whole message, in the order in which they are sent. */
    static List<String> ofMessage(Parameters mail) {
        List<String> attributes = new ArrayList<>();
        mail.get("ENVID")
                .flatMap(Dsn::decoded)
                .ifPresent(id -> attributes.add("envelope_id=" + id));
        mail.get("RET")
                .map(ret -> ret.equalsIgnoreCase("FULL") ? 1 : ret.equalsIgnoreCase("HDRS") ? 2 : 0)
                .filter(flag -> flag > 0)
                .ifPresent(flag -> attributes.add("ret_flags=" + flag));
        return attributes;
    }

    /** Of one recipient; they stand before it. */
    static List<String> ofRecipient(Parameters rcpt) {
        List<String> attributes = new ArrayList<>();
        int flags = 0;
        for (String word : rcpt.get("NOTIFY").orElse("").split(",", 8)) {
            flags |= NOTIFY.getOrDefault(word.toUpperCase(Locale.ROOT), 0);
        }
        if (flags > 0) {
            attributes.add("notify_flags=" + flags);
        }
        String original = rcpt.get("ORCPT").orElse("");
        int end = original.indexOf(';');
        // Of another type than rfc822 the address may be coded otherwise (RFC 6533).
        if (original.substring(0, Math.max(end, 0)).equalsIgnoreCase("rfc822")) {
            decoded(original.substring(end + 1))
                    .ifPresent(address -> attributes.add("dsn_orig_rcpt=rfc822;" + address));
        }
        return attributes;
    }

    /** RFC 3461 section 4; absent when it is not xtext of printable ASCII. */
    private static Optional<String> decoded(String xtext) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int i = 0; i < xtext.length(); i++) {
            int c = xtext.charAt(i);
            if (c == '+') {
                if (!xtext.substring(i + 1).matches("(?s)[0-9A-F]{2}.*")) {
                    return Optional.empty();
                }
                c = Integer.parseInt(xtext.substring(i + 1, i + 3), 16);
                i += 2;
            }
            if (c < ' ' || c > 126) {
                return Optional.empty();
            }
            text.write(c);
        }
        return text.size() == 0
                ? Optional.empty()
                : Optional.of(text.toString(StandardCharsets.US_ASCII));
    }
}
