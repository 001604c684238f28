package org.qpsmtpd.plugin.rspamd;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.session.Recipient;

/**
 * A message as it is judged for some of its recipients.
 *
 * @param recipients at least one
 */
record Scan(List<Recipient> recipients, CompletionStage<RspamdAnswer> answer) {
    /** The answer, which must be there. */
    RspamdAnswer found() {
        return answer.toCompletableFuture().join();
    }
}
