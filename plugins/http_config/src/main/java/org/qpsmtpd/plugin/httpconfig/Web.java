package org.qpsmtpd.plugin.httpconfig;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * Fetches pages. Its threads end when it is closed; that of the JDK's client, of which there is
 * one, when the client is collected.
 */
final class Web implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int IDLE_SECONDS = 10;
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int NOT_FOUND = 404;
    private static final int GONE = 410;

    private final ThreadPoolExecutor threads;
    private final HttpClient client;
    private final int sizeLimit;

    /**
     * @param trust whose certificates are believed; absent for the JDK's authorities
     * @param sizeLimit octets that an answer may have
     */
    Web(Optional<TrustManager[]> trust, int sizeLimit) {
        this.sizeLimit = sizeLimit;
        threads =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Web::thread);
        threads.allowCoreThreadTimeOut(true);
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .executor(threads);
        trust.ifPresent(managers -> builder.sslContext(trusting(managers)));
        client = builder.build();
    }

    private static SSLContext trusting(TrustManager[] managers) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no TLS", e);
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "http_config");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Asks for a page.
     *
     * @param known the page as it was last, given again when it has not changed
     * @param limit for all of it
     * @return completes exceptionally when there is no answer in time, or none that says whether
     *     there is such a page
     */
    CompletableFuture<Page> get(URI url, Page known, Duration limit) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(limit).GET();
        known.etag().ifPresent(etag -> request.header("If-None-Match", etag));
        known.modified().ifPresent(date -> request.header("If-Modified-Since", date));
        CompletableFuture<HttpResponse<byte[]>> exchange =
                client.sendAsync(request.build(), head -> new LimitedBody(sizeLimit));
        CompletableFuture<Page> page = exchange.thenApply(response -> page(response, known));
        // The client's own limit ends with the header.
        return page.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> exchange.cancel(true));
    }

    private static Page page(HttpResponse<byte[]> response, Page known) {
        return switch (response.statusCode()) {
            case OK -> content(response);
            case NOT_MODIFIED -> known;
            case NO_CONTENT, NOT_FOUND, GONE -> Page.NONE;
            default -> throw unusable("HTTP status " + response.statusCode());
        };
    }

    private static Page content(HttpResponse<byte[]> response) {
        Optional<String> coding = response.headers().firstValue("Content-Encoding");
        if (coding.isPresent() && !coding.get().equalsIgnoreCase("identity")) {
            throw unusable("an answer that is packed");
        }
        return new Page(
                Page.values(response.body()),
                response.headers().firstValue("ETag"),
                response.headers().firstValue("Last-Modified"));
    }

    private static CompletionException unusable(String what) {
        return new CompletionException(new IOException(what));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
