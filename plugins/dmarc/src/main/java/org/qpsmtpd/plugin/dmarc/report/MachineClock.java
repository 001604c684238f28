package org.qpsmtpd.plugin.dmarc.report;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.Clock;

/** The machine's clock. A wait that is cancelled leaves nothing behind. */
final class MachineClock implements Clock {
    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    @SuppressWarnings("NullAway") // CompletionStage<Void> can only be completed with null
    public CompletionStage<Void> after(Duration delay) {
        CompletableFuture<@Nullable Void> stage = new CompletableFuture<>();
        return stage.completeOnTimeout(null, delay.toMillis(), TimeUnit.MILLISECONDS);
    }
}
