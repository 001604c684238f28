package org.qpsmtpd.plugin.badmailfromto;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.mail.Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pairs of the file {@code badmailfromto}. Immutable.
 *
 * @param recipients sender or {@code @host} to the recipients it may not write to, all in lower
 *     case
 */
record AddressPairs(Map<String, Set<String>> recipients) {
    private static final Logger LOG = LoggerFactory.getLogger(AddressPairs.class);

    /** Reads the lines of the file; those that are no pair are logged and left out. */
    static AddressPairs parse(List<ConfigLine> lines) {
        Map<String, Set<String>> recipients = new HashMap<>();
        for (ConfigLine line : lines) {
            String[] words = line.text().toLowerCase(Locale.ROOT).split("\\s+", 3);
            if (words.length > 1 && isSender(words[0]) && isRecipient(words[1])) {
                recipients.computeIfAbsent(words[0], from -> new HashSet<>()).add(words[1]);
            } else {
                LOG.warn(
                        "{}: left out: '{}' is not FROM TO, where FROM is USER@HOST or @HOST and TO"
                                + " is USER@HOST",
                        line.place(),
                        line.text());
            }
        }
        return new AddressPairs(Map.copyOf(recipients));
    }

    boolean isEmpty() {
        return recipients.isEmpty();
    }

    /** Whether a pair names the sender, or its host, and the recipient. */
    boolean contain(Address sender, Address recipient) {
        String to = recipient.lowerCase();
        return recipients.getOrDefault(sender.lowerCase(), Set.of()).contains(to)
                || recipients.getOrDefault("@" + sender.lowerCaseHost(), Set.of()).contains(to);
    }

    private static boolean isSender(String text) {
        int at = text.lastIndexOf('@');
        return at >= 0 && at < text.length() - 1;
    }

    private static boolean isRecipient(String text) {
        return isSender(text) && text.lastIndexOf('@') > 0;
    }
}
