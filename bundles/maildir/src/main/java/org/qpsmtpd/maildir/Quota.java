package org.qpsmtpd.maildir;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much a maildir may hold.
 *
 * @param octets of all messages; 0 for any number
 * @param messages how many; 0 for any number
 */
public record Quota(long octets, long messages) {
    private static final Pattern LIMIT = Pattern.compile("([0-9]{1,18})([SC])");

    /**
     * What a maildir holds.
     *
     * @param octets of all messages
     * @param messages how many
     */
    record Use(long octets, long messages) {
        Use and(long moreOctets, long moreMessages) {
            return new Use(octets + moreOctets, messages + moreMessages);
        }
    }

    /**
     * Reads the form of Maildir++: {@code 10000000S,1000C}, either of them or both.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static Quota of(String text) {
        return parse(text)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "quota '"
                                                + text
                                                + "' is not octets with S and messages with C,"
                                                + " such as 10000000S,1000C"));
    }

    static Optional<Quota> parse(String text) {
        long octets = 0;
        long messages = 0;
        for (String word : text.strip().split(",", -1)) {
            Matcher limit = LIMIT.matcher(word);
            if (!limit.matches()) {
                return Optional.empty();
            }
            long number = Long.parseLong(limit.group(1));
            octets = limit.group(2).equals("S") ? number : octets;
            messages = limit.group(2).equals("C") ? number : messages;
        }
        return Optional.of(new Quota(octets, messages));
    }

    boolean allows(Use use) {
        return (octets == 0 || use.octets() <= octets)
                && (messages == 0 || use.messages() <= messages);
    }

    /** The form of Maildir++. */
    String format() {
        String ofOctets = octets == 0 ? "" : octets + "S";
        String ofMessages = messages == 0 ? "" : messages + "C";
        return ofOctets.isEmpty() || ofMessages.isEmpty()
                ? ofOctets + ofMessages
                : ofOctets + "," + ofMessages;
    }
}
