package org.qpsmtpd.plugin.queue.postfixqueue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.mail.XText;

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
        rcpt.get("ORCPT")
                .flatMap(Dsn::original)
                .ifPresent(original -> attributes.add("dsn_orig_rcpt=" + original));
        return attributes;
    }

    /** The original recipient, its type in front; what can be no line of a report is left out. */
    private static Optional<String> original(String value) {
        int end = value.indexOf(';');
        String type = value.substring(0, Math.max(end, 0)).toLowerCase(Locale.ROOT);
        boolean isType =
                !type.isEmpty() && type.chars().allMatch(c -> c == '-' || isLetterOrDigit(c));
        if (!isType) {
            return Optional.empty();
        }
        Optional<String> address = decoded(value.substring(end + 1));
        // Of UTF-8 the address is coded once more (RFC 6533 section 3).
        return (type.equals("utf-8") ? address.flatMap(Utf8Address::decode) : address)
                .map(plain -> type + ";" + plain);
    }

    private static boolean isLetterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    /** RFC 3461 section 4; absent when it is not xtext of printable ASCII. */
    private static Optional<String> decoded(String xtext) {
        return XText.decode(xtext)
                .filter(text -> !text.isEmpty())
                .filter(text -> text.chars().allMatch(c -> c >= ' ' && c <= 126));
    }
}
