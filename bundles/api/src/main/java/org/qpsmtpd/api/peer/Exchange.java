package org.qpsmtpd.api.peer;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A question and how its answer is read.
 *
 * @param question read anew for each backend that is tried
 * @param rest what is sent behind the question when the reader of the answer wants it; nothing for
 *     most
 * @param endsOutput whether the connection is half closed behind all that is sent, and then can
 *     serve no further exchange
 * @param reader makes what reads the answer, anew for each backend that is tried
 * @param passed a file that is opened for reading, and passed behind the question as a descriptor;
 *     null for most
 * @param <T> type of the answer
 */
public record Exchange<T>(
        Outgoing question,
        Outgoing rest,
        boolean endsOutput,
        Supplier<? extends AnswerReader<T>> reader,
        @Nullable Path passed) {
    private static final Outgoing NOTHING = Outgoing.of(new byte[0]);

    /** One that leaves the connection open behind the question. */
    public static <T> Exchange<T> of(
            Outgoing question, Supplier<? extends AnswerReader<T>> reader) {
        return new Exchange<>(question, NOTHING, false, reader, null);
    }

    /** The same with an end of what is sent behind the question. */
    public Exchange<T> endingOutput() {
        return new Exchange<>(question, rest, true, reader, passed);
    }

    /**
     * The same with a rest that is sent when {@link AnswerReader#wantsRest} says so, as behind the
     * preview of a message.
     */
    public Exchange<T> withRest(Outgoing newRest) {
        return new Exchange<>(question, newRest, endsOutput, reader, passed);
    }

    /**
     * The same with a file that is passed as an open descriptor behind the question, so that the
     * backend needs no right to the file. For a way that {@link PeerSettings#passingFiles} has set
     * up; the connection serves no further exchange.
     *
     * @param file there until the exchange is over
     */
    public Exchange<T> passing(Path file) {
        return new Exchange<>(question, rest, endsOutput, reader, file);
    }
}
