package org.qpsmtpd.plugin.rcptcallout;

import java.util.Optional;

/** What came of a question. */
sealed interface Outcome {
    /** The store had it. */
    record Known(SharedAnswers.Kept kept) implements Outcome {}

    /**
     * The next hop said it.
     *
     * @param takesAny whether it takes any address of the domain; absent when that was not learnt
     */
    record Answered(Said said, Optional<Boolean> takesAny) implements Outcome {}

    /** The next hop cannot be asked. */
    record Failed(HopFault fault) implements Outcome {}
}
