package org.qpsmtpd.core.session;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import org.qpsmtpd.api.session.TlsInfo;
import org.qpsmtpd.core.worker.InlineCalls;

/** What a session asks of its connection. All calls come from the connection's own thread. */
public interface Wire {
    /** Runs tasks on the connection's own thread, now or later. */
    ScheduledExecutorService executor();

    /** Where calls into plugins that run on the connection's own thread are announced. */
    InlineCalls inlineCalls();

    /** Sends a reply; it goes out with the others that are ready at the same moment. */
    void send(Reply reply, boolean utf8);

    /**
     * Takes the following input as a message ended by a dot, until {@link MessageInput#finish} is
     * called.
     */
    void receiveData(MessageInput input);

    /**
     * Takes the following octets as a chunk of a message, then calls {@link
     * MessageInput#chunkDone}.
     *
     * @param octets how many, 0 or more
     */
    void receiveChunk(MessageInput input, long octets);

    /**
     * Encrypts from here on, in both directions; what was sent before goes out in clear, and input
     * that the session has not seen is the beginning of the handshake. When that fails or takes too
     * long, the connection is closed.
     *
     * @param then is told what was agreed
     */
    void startTls(SSLEngine engine, Consumer<TlsInfo> then);

    /** Goes on with the input after the session was busy. */
    void resume();

    /** Whether input is waiting that the session has not seen. */
    boolean hasInput();

    /**
     * Completes with true when input arrives, with false when the time is up or the client is gone.
     */
    CompletionStage<Boolean> awaitInput(Duration limit);

    /** Sends what is ready and closes; input that still comes is thrown away. */
    void close();

    /** Closes at once; for a client to which nothing was said. */
    void drop();
}
