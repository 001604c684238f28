package org.qpsmtpd.mailauth.spf;

import java.util.concurrent.CompletionStage;

/** {@code all}: every client (RFC 7208, 5.1). */
record AllMechanism() implements Mechanism {
    @Override
    public CompletionStage<Match> match(Questions questions, String domain) {
        return Match.YES;
    }
}
