package org.qpsmtpd.mailauth.spf;

import java.util.concurrent.CompletionStage;

/** What a directive compares the client with (RFC 7208, 5). Immutable. */
interface Mechanism {
    /**
     * Compares.
     *
     * @param domain whose record it is
     */
    CompletionStage<Match> match(Questions questions, String domain);
}
