package org.qpsmtpd.maildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** The machine's file system. */
public final class LocalDisk implements Disk {
    private static final Set<OpenOption> NEW_FILE =
            Set.of(
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");

    private final Set<PosixFilePermission> directoryMode;
    private final Set<PosixFilePermission> fileMode;
    private final FileAttribute<Set<PosixFilePermission>> directoryAttribute;
    private final FileAttribute<Set<PosixFilePermission>> fileAttribute;

    /**
     * @param mode mode of directories; files get it without the execute bits
     */
    public LocalDisk(Set<PosixFilePermission> mode) {
        directoryMode = Set.copyOf(mode);
        EnumSet<PosixFilePermission> forFiles = EnumSet.copyOf(mode);
        forFiles.remove(PosixFilePermission.OWNER_EXECUTE);
        forFiles.remove(PosixFilePermission.GROUP_EXECUTE);
        forFiles.remove(PosixFilePermission.OTHERS_EXECUTE);
        fileMode = Set.copyOf(forFiles);
        directoryAttribute = PosixFilePermissions.asFileAttribute(directoryMode);
        fileAttribute = PosixFilePermissions.asFileAttribute(fileMode);
    }

    @Override
    public NewFile create(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, NEW_FILE, fileAttribute);
        try {
            setMode(file, fileMode);
            return new ChannelFile(file, channel);
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(file);
            throw e;
        }
    }

    @Override
    public void makeDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, directoryAttribute);
            setMode(directory, directoryMode);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            force(directory, channel);
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    /** The process's umask takes bits away at creation, though never the owner's. */
    private static void setMode(Path path, Set<PosixFilePermission> mode) throws IOException {
        if (!OWNER_ONLY.containsAll(mode)) {
            Files.setPosixFilePermissions(path, mode);
        }
    }

    private static void force(Path path, FileChannel channel) throws IOException {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw at(path, e);
        }
    }

    /** Channels do not say which file they failed with, and nothing at all when interrupted. */
    private static IOException at(Path path, IOException cause) {
        String reason = cause.getMessage() == null ? "interrupted" : cause.getMessage();
        IOException located = new FileSystemException(path.toString(), null, reason);
        located.initCause(cause);
        return located;
    }

    private record ChannelFile(Path path, FileChannel channel) implements NewFile {
        @Override
        public void write(ByteBuffer octets) throws IOException {
            try {
                while (octets.hasRemaining()) {
                    channel.write(octets);
                }
            } catch (IOException e) {
                throw at(path, e);
            }
        }

        @Override
        public void sync() throws IOException {
            force(path, channel);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
