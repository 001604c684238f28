package org.qpsmtpd.maildir;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Syncs directories for many callers at once. While a sync of a directory runs, callers for the
 * same directory gather; the first of them syncs for all when the running one has ended. So each
 * caller is released only by a sync that began after its call, and a busy directory needs no more
 * syncs than the disk can do.
 *
 * <p>When a sync fails, it has failed for everybody who waited for it: the system reports a write
 * error once, so a second try might succeed though an entry was lost.
 */
public final class DirectorySync {
    private final Disk disk;
    private final Object lock = new Object();
    private final Map<Path, Batch> newest = new HashMap<>();

    /** Nothing waits yet. */
    public DirectorySync(Disk disk) {
        this.disk = disk;
    }

    /** Callers that one sync serves. */
    private static final class Batch {
        final CountDownLatch ended = new CountDownLatch(1);
        boolean begun;
        volatile @Nullable IOException failure;
    }

    /**
     * Returns when all entries that the directory had at the call are on the disk.
     *
     * @throws IOException when that is not certain
     */
    public void sync(Path directory) throws IOException {
        Batch batch;
        Batch before;
        synchronized (lock) {
            before = newest.get(directory);
            if (before != null && !before.begun) {
                batch = before;
            } else {
                batch = new Batch();
                newest.put(directory, batch);
            }
        }
        if (batch == before) {
            awaitEnd(batch);
        } else {
            lead(directory, batch, before);
        }
        IOException failure = batch.failure;
        if (failure != null) {
            throw failure;
        }
    }

    /** Interrupts are kept for later: others depend on this thread. */
    private void lead(Path directory, Batch batch, @Nullable Batch before) {
        boolean interrupted = before != null && awaitEndThroughInterrupts(before);
        interrupted |= Thread.interrupted();
        synchronized (lock) {
            batch.begun = true;
        }
        batch.failure = new IOException(directory + ": sync did not end");
        try {
            disk.syncDirectory(directory);
            batch.failure = null;
        } catch (IOException e) {
            batch.failure = e;
        } finally {
            synchronized (lock) {
                newest.remove(directory, batch);
            }
            batch.ended.countDown();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void awaitEnd(Batch batch) throws InterruptedIOException {
        try {
            batch.ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the directory's sync");
        }
    }

    private static boolean awaitEndThroughInterrupts(Batch batch) {
        boolean interrupted = false;
        while (true) {
            try {
                batch.ended.await();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
