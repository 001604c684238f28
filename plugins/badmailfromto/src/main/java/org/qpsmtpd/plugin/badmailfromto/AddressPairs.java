package org.qpsmtpd.plugin.badmailfromto;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.net.Hosts;

/**
 * The pairs of the file {@code badmailfromto}. Immutable.
 *
 * @param recipients sender or {@code @host} to the recipients it may not write to, all as {@link
 *     Address#comparable} gives them
 */
record AddressPairs(Map<String, Set<String>> recipients) {
    /** A line of the file. */
    record Pair(Address from, Address to) {
        /**
         * @throws IllegalArgumentException saying what is wrong with the text
         */
        static Pair parse(String text) {
            String[] words = text.split("\\s+", 3);
            Address from = address(words[0]);
            Address to = words.length > 1 ? address(words[1]) : Address.NULL;
            if (from.isNull() || to.user().isEmpty()) {
                throw new IllegalArgumentException(
                        "'"
                                + text
                                + "' is not FROM TO, where FROM is USER@HOST or @HOST and TO is"
                                + " USER@HOST");
            }
            return new Pair(from, to);
        }
    }

    static AddressPairs of(List<Pair> pairs) {
        Map<String, Set<String>> recipients = new HashMap<>();
        for (Pair pair : pairs) {
            recipients
                    .computeIfAbsent(pair.from().comparable(), key -> new HashSet<>())
                    .add(pair.to().comparable());
        }
        return new AddressPairs(Map.copyOf(recipients));
    }

    boolean isEmpty() {
        return recipients.isEmpty();
    }

    /** Whether a pair names the sender, or its host, and the recipient. */
    boolean contain(Address sender, Address recipient) {
        String to = recipient.comparable();
        return recipients.getOrDefault(sender.comparable(), Set.of()).contains(to)
                || recipients.getOrDefault("@" + sender.comparableHost(), Set.of()).contains(to);
    }

    /** The address of a word, its user maybe empty; the null sender when it is none. */
    private static Address address(String word) {
        try {
            Address address = Address.of(word);
            return Hosts.isHost(address.host()) ? address : Address.NULL;
        } catch (IllegalArgumentException e) {
            return Address.NULL;
        }
    }
}
