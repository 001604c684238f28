package org.qpsmtpd.brokers;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.qpsmtpd.api.session.Recipient;

/**
 * A letter on its way.
 *
 * @param recipients for whom it is
 * @param letter the letter
 * @param taken completes when the broker has it, with a word that tells where
 */
record Parcel(List<Recipient> recipients, Letter letter, CompletableFuture<String> taken) {

    /** The word that tells where it is; only when it is taken. */
    String place() {
        return taken.join();
    }

    boolean isTaken() {
        return !taken.isCompletedExceptionally();
    }

    /** Why it is not taken. */
    BrokerFailure failure() {
        try {
            throw new IllegalStateException("it is taken, as " + taken.join());
        } catch (CompletionException e) {
            return failure(e.getCause() == null ? e : e.getCause());
        }
    }

    private static BrokerFailure failure(Throwable cause) {
        if (cause instanceof BrokerFailure known) {
            return known;
        }
        if (cause instanceof TimeoutException) {
            return new BrokerFailure(BrokerFailure.Kind.LATE, "no answer in time");
        }
        return new BrokerFailure(BrokerFailure.Kind.REFUSED, "unexpected fault", cause);
    }
}
