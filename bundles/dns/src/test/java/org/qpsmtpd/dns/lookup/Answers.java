package org.qpsmtpd.dns.lookup;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.api.service.DnsAnswer;

/** Waits for answers, within a bound that no quiet machine needs. */
final class Answers {
    private static final long PATIENCE_SECONDS = 60;

    private Answers() {}

    static <T> DnsAnswer<T> of(CompletionStage<DnsAnswer<T>> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
