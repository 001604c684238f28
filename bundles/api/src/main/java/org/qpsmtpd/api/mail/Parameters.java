package org.qpsmtpd.api.mail;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * ESMTP parameters of MAIL or RCPT.
 *
 * @param values keyword in lower case to value as given; a keyword without {@code =} has an empty
 *     value
 */
public record Parameters(Map<String, String> values) {
    /** No parameters. */
    public static final Parameters NONE = new Parameters(Map.of());

    /** Copies the map. */
    public Parameters {
        values = Map.copyOf(values);
    }

    /** The value of a keyword, in any case; absent when the keyword was not given. */
    public Optional<String> get(String keyword) {
        return Optional.ofNullable(values.get(keyword.toLowerCase(Locale.ROOT)));
    }

    /** Whether the keyword was given. */
    public boolean has(String keyword) {
        return get(keyword).isPresent();
    }
}
