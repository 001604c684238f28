package org.qpsmtpd.api.peer;

import java.util.function.Supplier;

/**
 * A question and how its answer is read.
 *
 * @param question read anew for each backend that is tried
 * @param endsOutput whether the connection is half closed behind the question, which then can serve
 *     no further exchange
 * @param reader makes what reads the answer, anew for each backend that is tried
 * @param <T> type of the answer
 */
public record Exchange<T>(
        Outgoing question, boolean endsOutput, Supplier<? extends AnswerReader<T>> reader) {
    /** One that leaves the connection open behind the question. */
    public static <T> Exchange<T> of(
            Outgoing question, Supplier<? extends AnswerReader<T>> reader) {
        return new Exchange<>(question, false, reader);
    }

    /** The same with an end of what is sent behind the question. */
    public Exchange<T> endingOutput() {
        return new Exchange<>(question, true, reader);
    }
}
