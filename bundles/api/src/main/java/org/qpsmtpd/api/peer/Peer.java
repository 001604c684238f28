package org.qpsmtpd.api.peer;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;

/**
 * The way to a service beside the server, which one plugin uses. Safe for use by several threads.
 */
@ProviderType
public interface Peer extends AutoCloseable {
    /**
     * Asks, without waiting.
     *
     * @return always completes, within the time of {@link PeerSettings#timeout} and on a thread
     *     that must not wait; fails with a {@link PeerFailure} only, or with what the exchange's
     *     own code threw
     * @throws IllegalArgumentException when a file is to be passed on a way that passes none
     */
    <T> CompletionStage<T> ask(Exchange<T> exchange);

    /**
     * Takes a connection for several exchanges in a row: one that was kept, else a new one.
     *
     * @param greeting the first exchange on each new connection, after which another backend is
     *     tried when it fails; the same for all that are held
     * @return completes and fails as that of {@link #ask} does; the caller gives the connection
     *     back with {@link Line#release}, or closes it
     * @param <S> type of the answer to the greeting
     */
    <S> CompletionStage<Line<S>> hold(Exchange<S> greeting);

    /**
     * What has been counted: {@code peer_asked}, {@code peer_failures}, {@code peer_connected}, and
     * the levels {@code peer_on_their_way} and {@code peer_left_out}.
     */
    List<Figure> figures();

    /** Ends all connections at once; exchanges fail from now on. */
    @Override
    void close();
}
