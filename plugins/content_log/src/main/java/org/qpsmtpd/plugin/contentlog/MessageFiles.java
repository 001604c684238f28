package org.qpsmtpd.plugin.contentlog;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.qpsmtpd.api.session.Transaction;

/** Appends messages to files, one at a time. Safe for use by several threads. */
final class MessageFiles {
    private final ReentrantLock lock = new ReentrantLock();
    private final long limit;
    private final Duration patience;

    /**
     * @param limit octets from which on a file gets no further message
     * @param patience how long to wait for this process's other threads, and again for others
     */
    MessageFiles(long limit, Duration patience) {
        this.limit = limit;
        this.patience = patience;
    }

    /**
     * Appends the message, or nothing.
     *
     * @param path absolute; made with its folders when it is not there
     * @throws IOException saying why nothing was appended
     */
    void append(Path path, Transaction transaction) throws IOException {
        enter();
        try (MessageFile file = MessageFile.open(path)) {
            file.lock(patience);
            file.append(transaction, limit);
        } finally {
            lock.unlock();
        }
    }

    private void enter() throws IOException {
        try {
            if (!lock.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IOException("others have been writing for too long");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("given up before it was written", e);
        }
    }
}
