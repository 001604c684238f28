package org.qpsmtpd.runtime.felix.console;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Bounds a wait for the server: closes the channel when it takes too long, so that whoever waits on
 * it goes on with an exception.
 */
final class ConsoleTimeLimit {
    /** How long the server may take until it shows that it serves us. */
    static final int SECONDS = 10;

    /** What there is to say then. */
    static final String OVER =
            "the server does not answer: it has taken nothing within "
                    + SECONDS
                    + " seconds; its log may tell why";

    private final AtomicBoolean ended = new AtomicBoolean();

    /** Begins to wait. */
    ConsoleTimeLimit(SocketChannel channel) {
        CompletableFuture.delayedExecutor(SECONDS, TimeUnit.SECONDS)
                .execute(
                        () -> {
                            if (ended.compareAndSet(false, true)) {
                                close(channel);
                            }
                        });
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Whoever waits has been woken none the less.
            return;
        }
    }

    /** The wait is at its end. */
    void end() {
        ended.set(true);
    }
}
