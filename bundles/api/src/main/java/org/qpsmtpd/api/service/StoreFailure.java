package org.qpsmtpd.api.service;

import org.jspecify.annotations.Nullable;

/** A store cannot be reached, or did not answer in time; the message names it and says why. */
public final class StoreFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a sentence for the administrator. */
    public StoreFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
