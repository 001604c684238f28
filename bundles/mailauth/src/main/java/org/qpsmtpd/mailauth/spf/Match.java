package org.qpsmtpd.mailauth.spf;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a mechanism says of the client.
 *
 * @param kind whether it matches, or why the check ends here
 * @param problem for an administrator; empty where there is none
 */
record Match(Kind kind, String problem) {
    private static final Match MATCH = new Match(Kind.YES, "");
    private static final Match OTHER = new Match(Kind.NO, "");

    /** {@link #of} true, now. */
    static final CompletionStage<Match> YES = CompletableFuture.completedFuture(MATCH);

    /** {@link #of} false, now. */
    static final CompletionStage<Match> NO = CompletableFuture.completedFuture(OTHER);

    /** What there is. */
    enum Kind {
        /** The client is one of those. */
        YES,
        /** It is none of them. */
        NO,
        /** Not known for now. */
        TEMPERROR,
        /** The record is wrong. */
        PERMERROR
    }

    static Match of(boolean matches) {
        return matches ? MATCH : OTHER;
    }

    static CompletionStage<Match> temporary(String problem) {
        return CompletableFuture.completedFuture(new Match(Kind.TEMPERROR, problem));
    }

    static CompletionStage<Match> permanent(String problem) {
        return CompletableFuture.completedFuture(new Match(Kind.PERMERROR, problem));
    }

    /** Whether the next term is looked at. */
    boolean isNo() {
        return kind == Kind.NO;
    }
}
