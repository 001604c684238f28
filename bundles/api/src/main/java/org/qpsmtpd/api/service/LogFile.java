package org.qpsmtpd.api.service;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A file of a log, to which a line is appended with each write, so that several processes may share
 * it. Whoever may change the folder could put a link there: none is followed, and root does not
 * write where another user could. Used by one thread at a time.
 */
public final class LogFile implements Closeable {
    private static final Set<OpenOption> APPEND =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);

    private final Path path;
    private FileChannel file;

    /**
     * Opens the file.
     *
     * @param path absolute; made when it is not there, its directory must be
     * @throws IOException saying what is wrong with it
     */
    public LogFile(Path path) throws IOException {
        this.path = path;
        if (Files.isSymbolicLink(path)) {
            throw new IOException("it is a symbolic link; name the file itself");
        }
        Path folder = path.getParent();
        if (folder != null) {
            FolderTrust.requireForRoot(folder);
        }
        file = open(path);
    }

    /** The JDK's own exceptions for the usual faults tell only the path. */
    private static FileChannel open(Path path) throws IOException {
        try {
            return FileChannel.open(path, APPEND);
        } catch (NoSuchFileException e) {
            throw new IOException("its directory does not exist", e);
        } catch (AccessDeniedException e) {
            throw new IOException("permission denied", e);
        }
    }

    /**
     * Appends a line.
     *
     * @param line with its end
     */
    public void write(byte[] line) throws IOException {
        // The channel is closed when a thread that writes to it is interrupted.
        boolean interrupted = Thread.interrupted();
        try {
            append(line);
        } catch (ClosedByInterruptException e) {
            interrupted = Thread.interrupted();
            file = open(path);
            append(line);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void append(byte[] line) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(line);
        while (rest.hasRemaining()) {
            file.write(rest);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
