package org.qpsmtpd.api.service;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A small persistent map, such as karma and greylisting keep. Safe for use by several threads;
 * calls may wait for a disk or a network, so they belong into hooks that are not {@code
 * NonBlocking}.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/DB.pm}.
 */
@ProviderType
public interface Store {
    /** The value of a key; absent when there is none. */
    Optional<String> get(String key);

    /** Sets a key. */
    void set(String key, String value);

    /**
     * Replaces a key's value in one step that no other writer interrupts.
     *
     * @param change is given the present value, absent as an empty Optional, and returns the new
     *     one; an empty one deletes the key. May be called more than once
     */
    void update(String key, UnaryOperator<Optional<String>> change);

    /** Deletes keys and returns how many of them were there. */
    int delete(List<String> keys);

    /** All keys, in no particular order. */
    List<String> keys();

    /** How many keys there are. */
    long size();

    /** Deletes all keys. */
    void clear();
}
