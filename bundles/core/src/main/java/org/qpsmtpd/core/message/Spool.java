package org.qpsmtpd.core.message;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.qpsmtpd.api.service.FolderTrust;
import org.qpsmtpd.core.budget.Descriptors;

/**
 * The spool directory: files for bodies that are too large for memory, and temporary files of
 * plugins. The directory is the server's alone, files are made new and never through a link.
 */
public final class Spool {
    private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final Set<StandardOpenOption> NEW_FILE =
            Set.of(
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);

    /** For all servers of the process, which may share a directory. */
    private static final AtomicLong COUNTER = new AtomicLong();

    private final Path directory;
    private final Descriptors descriptors;
    private final long processId = ProcessHandle.current().pid();

    /**
     * @param directory the spool directory; made when it is missing
     */
    public Spool(Path directory) {
        this(directory, Descriptors.ofThisProcess());
    }

    Spool(Path directory, Descriptors descriptors) {
        this.directory = directory;
        this.descriptors = descriptors;
    }

    /** The directory. */
    public Path directory() {
        return directory;
    }

    /**
     * Makes the directory when it is missing and checks it.
     *
     * @throws IOException when it cannot be made or used, or is a symbolic link, and for root when
     *     another user could exchange it
     */
    public void prepare() throws IOException {
        PrivateFolder.make(directory);
    }

    /**
     * A new file, open for reading and writing until {@link #close}.
     *
     * @throws IOException also when no descriptor is left for it
     */
    FileChannel open(Path path) throws IOException {
        FolderTrust.requireForRoot(directory);
        if (!descriptors.takeSpooled()) {
            throw new IOException("too many messages are spooled for the limit of open files");
        }
        boolean opened = false;
        try {
            FileChannel file = FileChannel.open(path, NEW_FILE, FILE_MODE);
            opened = true;
            return file;
        } finally {
            if (!opened) {
                descriptors.giveSpooled();
            }
        }
    }

    /** Closes such a file. */
    void close(FileChannel file) throws IOException {
        descriptors.giveSpooled();
        file.close();
    }

    /** A new name, {@code EPOCH:PID:COUNTER} as qpsmtpd has it. */
    Path newPath() {
        return directory.resolve(
                Instant.now().getEpochSecond() + ":" + processId + ":" + COUNTER.getAndIncrement());
    }

    /** A new empty file. */
    public Path newFile() throws IOException {
        FolderTrust.requireForRoot(directory);
        return Files.createFile(newPath(), FILE_MODE);
    }

    /** A new empty directory. */
    public Path newDirectory() throws IOException {
        FolderTrust.requireForRoot(directory);
        return Files.createDirectory(newPath(), DIRECTORY_MODE);
    }

    /**
     * Deletes a file, or a directory with all that is in it, without following links. Nothing
     * happens when it is gone already.
     */
    public static void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> tree = Files.walk(path)) {
            all = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path entry : all) {
            Files.deleteIfExists(entry);
        }
    }
}
