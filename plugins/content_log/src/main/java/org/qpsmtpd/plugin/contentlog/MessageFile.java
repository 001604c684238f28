package org.qpsmtpd.plugin.contentlog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.qpsmtpd.api.service.FolderTrust;
import org.qpsmtpd.api.session.Transaction;

/**
 * A file of messages that is open to get one more. It is for its owner alone when it is made here,
 * and no link is followed. Used by one thread.
 */
final class MessageFile implements Closeable {
    private static final long LOOK_NANOS = 5_000_000;
    private static final Set<OpenOption> APPEND =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;
    private final FileChannel channel;

    private MessageFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Opens the file.
     *
     * @param path absolute; made with its folders when it is not there
     * @throws IOException saying what is wrong with it
     */
    static MessageFile open(Path path) throws IOException {
        Path folder = path.getParent();
        if (folder == null) {
            throw new IOException("it is the root folder");
        }
        FolderTrust.requireForRoot(folder);
        Folders.make(folder);
        // A named pipe would hold up whoever opens it.
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(path + ": it is a link, a folder or a device; name a file");
        }
        try {
            return new MessageFile(path, FileChannel.open(path, APPEND, OWNER_ONLY));
        } catch (AccessDeniedException e) {
            throw new IOException(path + ": permission denied", e);
        }
    }

    /**
     * Waits until no other process, and nobody else in this one, has the file to itself.
     *
     * @throws IOException when that takes too long
     */
    void lock(Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        while (!tryLock()) {
            if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
                throw new IOException(path + ": another process has kept it locked for too long");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    @SuppressWarnings("resource") // closing the channel ends the lock
    private boolean tryLock() throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /**
     * Appends the message; when that fails, the file is as it was.
     *
     * @param limit octets from which on it gets no further message
     */
    void append(Transaction transaction, long limit) throws IOException {
        long start = channel.size();
        if (start >= limit) {
            throw new IOException(path + ": it has reached its limit, file_limit");
        }
        MessageOutput output = new MessageOutput(channel);
        try {
            transaction.writeMessageTo(output);
            output.finish();
        } catch (IOException e) {
            takeBack(start, start + output.written());
            String why = e.getMessage() == null ? "given up while it was written" : e.getMessage();
            throw new IOException(path + ": " + why, e);
        }
    }

    /** By a channel of its own, as the one of a thread that was interrupted is closed. */
    private void takeBack(long start, long end) throws IOException {
        boolean interrupted = Thread.interrupted();
        try (FileChannel again =
                FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            if (again.size() == end) {
                again.truncate(start);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
