package org.qpsmtpd.api.service;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A map that lasts, such as karma and greylisting keep. Entries end by themselves when their life
 * is over. Safe for use by several threads. No call waits: where the entries are in memory, the
 * stage is complete when the call returns; where they are behind a network, it completes later and
 * maybe on another thread, so what follows belongs into {@code HookResult.later(stage, function)}.
 *
 * <p>A stage always completes, at the latest after the store's own time limit; with a {@link
 * StoreFailure} when the store cannot be reached or did not answer in time. A change that failed so
 * may have been made nevertheless.
 *
 * <p>What is kept survives the end of the process, a change of at most the last second before a
 * crash excepted. How many entries a store holds is limited; above the limit those that end next
 * make room.
 *
 * <p>Keys have 1 to 512 octets of UTF-8, values at most 65,535; others are an {@link
 * IllegalArgumentException} from the call itself.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/DB.pm}.
 */
@ProviderType
public interface Store {
    /** How many octets of UTF-8 a key has at most. */
    int LONGEST_KEY = 512;

    /** The life of an entry that stays until it is deleted. */
    Duration FOR_EVER = Duration.ofDays(36_500);

    /**
     * A key for a text that others chose, such as an address: the text where it is no longer than a
     * key may be, else its digest.
     *
     * @param text not empty
     */
    static String key(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        if (octets.length <= LONGEST_KEY) {
            return text;
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(octets);
            return "sha256=" + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each JDK has SHA-256", e);
        }
    }

    /** The value of a key; absent when there is none, or none any more. */
    CompletionStage<Optional<String>> get(String key);

    /**
     * Sets a key.
     *
     * @param life how long the value lasts from now on, more than zero
     */
    CompletionStage<Void> set(String key, String value, Duration life);

    /**
     * Replaces a key's value in one step that no other writer interrupts.
     *
     * @param change is given the present value, absent as an empty Optional, and returns the new
     *     one; an empty one deletes the key. It may be called more than once, must not wait and
     *     calls no store; what it throws is what the stage completes with
     * @return the new value
     */
    CompletionStage<Optional<String>> update(
            String key, UnaryOperator<Optional<StoredValue>> change);

    /**
     * Adds to a number in one step. The life of a number begins when it is first added to and is
     * not made longer: it counts what happens within a period.
     *
     * @param amount may be negative; the sum is limited to the range of a long
     * @param life of a number that is not there yet, which is 0 before; more than zero
     * @return the new number. A value that is no whole number counts as 0
     */
    CompletionStage<Long> add(String key, long amount, Duration life);

    /** Deletes a key and returns whether it was there. */
    CompletionStage<Boolean> delete(String key);

    /**
     * Looks at all entries, in no particular order. What is changed meanwhile may be seen or not.
     *
     * @param visitor is given key and value; false ends it. Called by one thread at a time
     */
    CompletionStage<Void> scan(BiPredicate<String, String> visitor);

    /**
     * Deletes the entries that a condition holds for.
     *
     * @param condition is given key and value
     * @return how many they were
     */
    CompletionStage<Long> deleteIf(BiPredicate<String, String> condition);

    /** How many entries there are; those whose life is over may be counted for a while. */
    CompletionStage<Long> size();
}
