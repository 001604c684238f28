package org.qpsmtpd.api.service;

import java.time.Duration;

/**
 * A value of a store, and how long it still lasts.
 *
 * @param value at most 65,535 octets of UTF-8
 * @param life more than zero, counted from now; {@link Store#FOR_EVER} for a value that stays until
 *     it is deleted
 */
public record StoredValue(String value, Duration life) {
    /**
     * Checks the life.
     *
     * @throws IllegalArgumentException when it is not more than zero
     */
    public StoredValue {
        if (life.isZero() || life.isNegative()) {
            throw new IllegalArgumentException("a life of " + life + " is not more than zero");
        }
    }
}
