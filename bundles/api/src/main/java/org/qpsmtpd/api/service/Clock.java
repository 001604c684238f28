package org.qpsmtpd.api.service;

import org.osgi.annotation.versioning.ProviderType;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** Time as the server sees it; tests set it by hand. */
@ProviderType
public interface Clock {
    /** The present moment. */
    Instant now();

    /**
     * Waits without holding a thread.
     *
     * @param delay zero or more
     * @return completed when the time has passed
     */
    CompletionStage<Void> after(Duration delay);
}
