package org.qpsmtpd.core.listener;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;

/**
 * Where the costly steps of handshakes run, so that no connection waits for another's. When too
 * many wait already, a further handshake fails.
 */
final class Handshakes implements AutoCloseable {
    private static final int MOST_WAITING = 1024;
    private static final int THREAD_SECONDS = 10;

    private final ThreadPoolExecutor pool;

    Handshakes(ListenerOptions options) {
        pool =
                new ThreadPoolExecutor(
                        options.loops(),
                        options.loops(),
                        THREAD_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(MOST_WAITING),
                        new DefaultThreadFactory(options.prefix() + "handshake", true));
        pool.allowCoreThreadTimeOut(true);
    }

    /**
     * TLS for one connection.
     *
     * @param seconds most time for the handshake
     */
    Encryption encryption(SSLEngine engine, int seconds) {
        return new Encryption(engine, pool, seconds);
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
