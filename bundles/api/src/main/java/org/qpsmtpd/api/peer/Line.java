package org.qpsmtpd.api.peer;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A connection that is held for exchanges that belong together, one at a time. Safe for use by
 * several threads.
 *
 * @param <S> type of the answer to its greeting
 */
@ProviderType
public interface Line<S> extends AutoCloseable {
    /** What the backend answered to the greeting, when the connection was new. */
    S greeting();

    /**
     * Whether it was held before. It may then have ended unnoticed, so that a failure of the first
     * exchange says little of the backend.
     */
    boolean isKept();

    /**
     * Asks on this connection, without waiting. What is left behind a complete answer is for the
     * next exchange, and little is read before that begins. A question may be empty; it has no
     * rest, passes no file and does not end the output.
     *
     * @param limit how long it may take
     * @return completes and fails as that of {@link Peer#ask} does; when it fails the connection is
     *     closed
     */
    <T> CompletionStage<T> ask(Exchange<T> exchange, Duration limit);

    /**
     * Encrypts the connection from here on, as behind a STARTTLS that was answered with yes. The
     * certificate must have the backend's name, and be signed by whom the context trusts. What came
     * behind the last answer in clear is a failure.
     *
     * @param limit how long the handshake may take
     * @return completes when it is encrypted; fails as that of {@link #ask} does, and then the
     *     connection is closed
     */
    CompletionStage<Void> encrypt(SSLContext context, Duration limit);

    /**
     * Sends what is not answered.
     *
     * @param octets not copied, not to be changed
     */
    void tell(byte[] octets);

    /**
     * Gives it back, to be held again by another caller within {@link PeerSettings#keep}. Closes it
     * when that is zero, or when something was said that nobody asked for.
     */
    void release();

    /** Ends it; an exchange on its way fails. What has been told is sent if it can be at once. */
    @Override
    void close();
}
