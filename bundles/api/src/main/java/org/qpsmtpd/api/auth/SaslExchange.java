package org.qpsmtpd.api.auth;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One attempt of a client. Its methods are called one after the other on the connection's own
 * thread and do not wait; what they answer may come later, from any thread. A stage that fails, or
 * does not complete in time, is a temporary failure.
 */
@ConsumerType
public interface SaslExchange {
    /**
     * The client said nothing yet. A mechanism in which the client begins sends an empty challenge.
     */
    default CompletionStage<SaslStep> start() {
        return CompletableFuture.completedFuture(SaslStep.challenge(new byte[0]));
    }

    /**
     * The client's next response; its first one may come without {@link #start}. A mechanism in
     * which the server begins answers that with {@link SaslStep#malformed}.
     *
     * @param response up to 9,216 octets, maybe none; overwritten when the call has returned and
     *     its stage has completed
     */
    CompletionStage<SaslStep> respond(byte[] response);

    /** The exchange is over, however it ended; secrets are wiped. Called once. */
    default void end() {}
}
