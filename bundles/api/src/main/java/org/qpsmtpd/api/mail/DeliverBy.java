package org.qpsmtpd.api.mail;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parameter BY of MAIL: until when a message is to be delivered (RFC 2852 section 4).
 *
 * @param seconds from the moment of MAIL, negative when the time is over; -999,999,999 to
 *     999,999,999
 * @param isReturned whether a late message goes back ({@code R}, seconds above 0); otherwise its
 *     sender is told that it is late and it is delivered all the same ({@code N})
 * @param isTraced whether the sender is told of each hand-over ({@code T})
 */
public record DeliverBy(long seconds, boolean isReturned, boolean isTraced) {
    private static final Pattern FORM =
            Pattern.compile("([+-]?[0-9]{1,9});([RN])(T?)", Pattern.CASE_INSENSITIVE);

    /** Reads a value such as {@code 120;R}; absent when it is malformed. */
    public static Optional<DeliverBy> parse(String value) {
        Matcher form = FORM.matcher(value);
        if (!form.matches()) {
            return Optional.empty();
        }
        long seconds = Long.parseLong(form.group(1));
        boolean isReturned = form.group(2).equalsIgnoreCase("R");
        boolean isPossible = !isReturned || seconds > 0;
        return isPossible
                ? Optional.of(new DeliverBy(seconds, isReturned, !form.group(3).isEmpty()))
                : Optional.empty();
    }

    /** The value of the parameter. */
    public String format() {
        return seconds + ";" + (isReturned ? "R" : "N") + (isTraced ? "T" : "");
    }
}
