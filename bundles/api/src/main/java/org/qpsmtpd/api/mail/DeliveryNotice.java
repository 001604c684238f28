package org.qpsmtpd.api.mail;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What the sender wishes to be told of a recipient: the words of NOTIFY (RFC 3461 section 4.1). */
public enum DeliveryNotice {
    /** That the message was delivered, or handed to a server that tells nothing. */
    SUCCESS,

    /** That it will never be delivered. */
    FAILURE,

    /** That it is late. */
    DELAY;

    private static final String NEVER = "NEVER";

    /**
     * Reads the value of NOTIFY.
     *
     * @param value words with commas between them, in any letter case
     * @return what is wished, nothing for {@code NEVER}; absent when the value is malformed
     */
    public static Optional<Set<DeliveryNotice>> parse(String value) {
        if (value.equalsIgnoreCase(NEVER)) {
            return Optional.of(Set.of());
        }
        Set<DeliveryNotice> wished = EnumSet.noneOf(DeliveryNotice.class);
        for (String word : value.toUpperCase(Locale.ROOT).split(",", -1)) {
            Optional<DeliveryNotice> notice =
                    Arrays.stream(values()).filter(known -> known.name().equals(word)).findFirst();
            if (notice.isEmpty() || !wished.add(notice.get())) {
                return Optional.empty();
            }
        }
        return Optional.of(Collections.unmodifiableSet(wished));
    }

    /**
     * What the sender wishes to be told of a recipient.
     *
     * @param rcpt the parameters of its RCPT
     * @return {@link #FAILURE} and {@link #DELAY} when the sender did not say
     */
    public static Set<DeliveryNotice> of(Parameters rcpt) {
        return rcpt.get("notify")
                .flatMap(DeliveryNotice::parse)
                .orElseGet(() -> Set.of(FAILURE, DELAY));
    }
}
