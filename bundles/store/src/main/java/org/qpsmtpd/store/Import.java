package org.qpsmtpd.store;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.service.Store;

/** Puts what a dump has into a store, as it is. */
final class Import {
    /** As long as greylisting and karma remember in qpsmtpd. */
    static final String USUAL_DAYS = "36";

    private static final int MOST_DAYS = 36_500;

    private final Store store;
    private final Duration life;
    private long count;
    private long leftOut;

    /** Waits for an entry to be taken. */
    interface Done {
        void await(CompletionStage<Void> stage) throws IOException, InterruptedException;
    }

    Import(Store store, long days) {
        this.store = store;
        this.life = Duration.ofDays(days);
    }

    /**
     * Reads a number of days.
     *
     * @throws IllegalArgumentException when it is none
     */
    static long days(String text) {
        if (text.matches("[0-9]{1,5}")) {
            long days = Long.parseLong(text);
            if (days > 0 && days <= MOST_DAYS) {
                return days;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is not 1 to " + MOST_DAYS + " days");
    }

    void take(String key, String value, Done done) throws IOException, InterruptedException {
        CompletionStage<Void> stage;
        try {
            stage = store.set(key, value, life);
        } catch (IllegalArgumentException e) {
            leftOut++;
            return;
        }
        done.await(stage);
        count++;
    }

    long count() {
        return count;
    }

    /** How many have a key or a value that no store takes. */
    long leftOut() {
        return leftOut;
    }
}
