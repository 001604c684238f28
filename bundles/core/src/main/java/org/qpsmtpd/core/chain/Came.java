package org.qpsmtpd.core.chain;

import org.jspecify.annotations.Nullable;

/**
 * What came of a visit to a plugin's code.
 *
 * @param value what it returned; null when it threw, or returned null
 * @param failure what it threw; null when it returned
 */
public record Came<T>(@Nullable T value, @Nullable Throwable failure) {
    /** Throws what the plugin threw, if it did. */
    public void rethrow() {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }
}
