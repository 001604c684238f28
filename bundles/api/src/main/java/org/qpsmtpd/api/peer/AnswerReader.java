package org.qpsmtpd.api.peer;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Reads one answer as its octets come, on a thread that must not wait. How much it keeps is its own
 * to bound. The answer may come before the question has been sent; then no more of it is sent.
 *
 * @param <T> type of the answer
 */
@ConsumerType
public interface AnswerReader<T> {
    /**
     * Takes what has come.
     *
     * @param octets at least one; what is left behind a complete answer ends the connection
     * @return the answer when it is complete; absent while more is to come
     * @throws PeerFailure when it is none, or too long
     */
    Optional<T> read(ByteBuffer octets);

    /**
     * Whether the rest of the question is wanted, see {@link Exchange#withRest}. Asked after each
     * reading that gave no answer.
     */
    default boolean wantsRest() {
        return false;
    }

    /** Whether the answer that was read says that the connection serves no further exchange. */
    default boolean isLast() {
        return false;
    }

    /**
     * Says that nothing more comes.
     *
     * @return the answer when that is how it ends; absent when something is missing
     * @throws PeerFailure when it is none
     */
    default Optional<T> end() {
        return Optional.empty();
    }
}
