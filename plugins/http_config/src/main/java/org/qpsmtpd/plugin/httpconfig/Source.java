package org.qpsmtpd.plugin.httpconfig;

import java.io.IOException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server of configuration. One that does not answer is not asked for a while, so that it costs no
 * session more than one wait. The log says once that it gives no answer, and once that it does
 * again.
 */
final class Source {
    private static final Logger LOG = LoggerFactory.getLogger(Source.class);

    /** How long a server that does not answer is left alone, and a file that it fails to give. */
    static final long PAUSE_NANOS = 10_000_000_000L;

    private final SourceUrl url;
    private final Web web;
    private final LongSupplier nanos;
    private final AtomicBoolean failing = new AtomicBoolean();
    private volatile boolean away;
    private volatile long awaySince;

    /**
     * @param nanos a clock that only runs forward, as {@link System#nanoTime}
     */
    Source(SourceUrl url, Web web, LongSupplier nanos) {
        this.url = url;
        this.web = web;
        this.nanos = nanos;
    }

    /**
     * Asks for a file.
     *
     * @param known what it was last
     * @return completes exceptionally when it is not known whether the server has the file
     */
    CompletableFuture<Page> get(String name, Page known, Duration limit) {
        if (away && nanos.getAsLong() - awaySince < PAUSE_NANOS) {
            return CompletableFuture.failedFuture(new IOException(url + " is away"));
        }
        return web.get(url.of(name), known, limit)
                .whenComplete((page, failure) -> remember(name, failure));
    }

    private void remember(String name, Throwable failure) {
        if (failure == null) {
            away = false;
            if (failing.compareAndSet(true, false)) {
                LOG.info("{} answers again", url);
            }
            return;
        }
        Throwable cause = cause(failure);
        if (isSilence(cause)) {
            awaySince = nanos.getAsLong();
            away = true;
        }
        if (failing.compareAndSet(false, true)) {
            LOG.warn("{} has no answer about {}: {}", url, name, reason(cause));
        }
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    private static boolean isSilence(Throwable cause) {
        return cause instanceof TimeoutException
                || cause instanceof HttpTimeoutException
                || cause instanceof java.net.ConnectException;
    }

    private static String reason(Throwable cause) {
        boolean late =
                cause instanceof TimeoutException
                        || (cause instanceof HttpTimeoutException
                                && !(cause instanceof HttpConnectTimeoutException));
        return late ? "it did not answer in time" : cause.toString();
    }
}
