package org.qpsmtpd.plugin.karma;

import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * What the store says of a client.
 *
 * @param record absent when it does not know the client
 * @param fault why the store could not be asked; empty when it was
 */
record Known(Optional<KarmaRecord> record, String fault) {
    static final Known NOTHING = new Known(Optional.empty(), "");

    static Known of(Optional<String> value) {
        return new Known(value.map(KarmaRecord::parse), "");
    }

    static Known unknown(Throwable failure) {
        return new Known(Optional.empty(), reason(failure));
    }

    /** The sentence of a failure, without what the stages put around it. */
    static String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        if (failure instanceof CompletionException && cause != null) {
            return String.valueOf(cause.getMessage());
        }
        return String.valueOf(failure.getMessage());
    }
}
