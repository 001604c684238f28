package org.qpsmtpd.core.sasl;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.SaslContext;
import org.qpsmtpd.api.auth.SaslStep;

/** Steps that several mechanisms take. */
final class Steps {
    private Steps() {}

    static CompletionStage<SaslStep> now(SaslStep step) {
        return CompletableFuture.completedFuture(step);
    }

    static CompletionStage<SaslStep> malformed(String reason) {
        return now(SaslStep.malformed(reason));
    }

    static CompletionStage<SaslStep> failure(String user, String reason) {
        return now(SaslStep.failure(user, reason));
    }

    /** Asks the plugins; the server wipes the credentials when the exchange is over. */
    static CompletionStage<SaslStep> check(SaslContext context, Credentials credentials) {
        String user = credentials.user();
        return context.check(credentials).thenApply(answer -> SaslStep.of(user, answer));
    }
}
