package org.qpsmtpd.api.session;

import org.osgi.annotation.versioning.ProviderType;

import java.util.Optional;

/**
 * Values that plugins leave for each other. Notes of a connection live until it ends, those of a
 * transaction or a recipient as long as these. A session runs one hook at a time, so no locking is
 * needed.
 */
@ProviderType
public interface Notes {
    /** The note's value; absent when nobody set it. */
    <T> Optional<T> get(NoteKey<T> key);

    /** Sets a note, replacing an earlier value. */
    <T> void put(NoteKey<T> key, T value);

    /** Removes a note; nothing happens when there is none. */
    void remove(NoteKey<?> key);

    /** Whether the note is set. */
    default boolean has(NoteKey<?> key) {
        return get(key).isPresent();
    }
}
