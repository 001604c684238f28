package org.qpsmtpd.plugin.ident.p0f;

import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Dialer;
import org.qpsmtpd.api.session.Fingerprint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Asks p0f, one query at a time on a thread of its own, which p0f answers from memory. When p0f
 * does not answer it is left alone for some seconds, so that a queue of clients does not wait for
 * it one after the other.
 */
final class P0fSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(P0fSocket.class);

    private static final int MOST_WAITING = 5000;
    private static final Duration LEFT_ALONE = Duration.ofSeconds(5);

    private final Path socket;
    private final Duration limit;
    private final ThreadPoolExecutor thread;

    /** Why p0f is left alone; belongs to the thread. */
    private @Nullable IOException failure;

    private long failedAt;

    P0fSocket(Path socket, Duration limit) {
        this.socket = socket;
        this.limit = limit;
        thread =
                new ThreadPoolExecutor(
                        1,
                        1,
                        10,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(MOST_WAITING),
                        P0fSocket::thread);
        thread.allowCoreThreadTimeOut(true);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "ident/p0f");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * What p0f knows of an address.
     *
     * @param carrying how the code that asks is run, so that its log lines are the call's
     * @return absent when it knows nothing; fails with an IOException when it cannot be asked
     */
    CompletionStage<Optional<Fingerprint>> ask(InetAddress address, Executor carrying) {
        CompletableFuture<Optional<Fingerprint>> answer = new CompletableFuture<>();
        try {
            carrying.execute(() -> answer(address, answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new IOException("too many clients wait for p0f"));
        }
        return answer;
    }

    /** Where queries are run. */
    Executor thread() {
        return thread;
    }

    private void answer(InetAddress address, CompletableFuture<Optional<Fingerprint>> answer) {
        try {
            answer.complete(ask(address));
        } catch (IOException e) {
            answer.completeExceptionally(e);
        }
    }

    private Optional<Fingerprint> ask(InetAddress address) throws IOException {
        IOException known = failure;
        if (known != null && System.nanoTime() - failedAt < LEFT_ALONE.toNanos()) {
            throw known;
        }
        try {
            Optional<Fingerprint> found = exchange(address);
            if (known != null) {
                LOG.info("{} answers again", socket);
            }
            failure = null;
            return found;
        } catch (IOException e) {
            if (known == null) {
                LOG.warn(
                        "{}: {}; nothing is known of clients until p0f answers",
                        socket,
                        e.getMessage());
            }
            failure = e;
            failedAt = System.nanoTime();
            throw e;
        }
    }

    private Optional<Fingerprint> exchange(InetAddress address) throws IOException {
        try (Dialer dialer = Dialer.connect(socket, limit)) {
            dialer.out().write(Packets.query(address));
            byte[] answer = new byte[Packets.ANSWER_OCTETS];
            new DataInputStream(dialer.in()).readFully(answer);
            return Packets.read(answer);
        } catch (EOFException e) {
            throw new IOException("p0f breaks off its answer", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
