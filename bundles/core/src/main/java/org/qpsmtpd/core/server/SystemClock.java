package org.qpsmtpd.core.server;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.api.service.Clock;

/** The machine's clock. */
public final class SystemClock implements Clock {
    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public CompletionStage<Void> after(Duration delay) {
        return CompletableFuture.runAsync(
                () -> {},
                CompletableFuture.delayedExecutor(
                        Math.max(0, delay.toMillis()), TimeUnit.MILLISECONDS));
    }
}
