package org.qpsmtpd.runtime.felix.home;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.runtime.felix.host.Processes;
import org.qpsmtpd.runtime.felix.report.OneLine;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/**
 * The file that tells which process serves. It is opened and checked as root, written and removed
 * as whoever serves then, so it may lie in a directory of root's; it is then emptied at the end
 * instead of being removed. Whoever may write to the directory could put something else in its
 * place, so it must be a plain file with no other name, of root's or of whoever serves. Locked for
 * as long as the process lives, which tells a server that runs from a process that has the number
 * of one that ran before.
 */
public final class PidFile {
    private static final int DYING_LOOKS = 100;
    private static final long DYING_LOOK_NANOS = 50_000_000;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");
    private static final int LONGEST = 64;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private final Path path;
    private final FileChannel channel;

    private PidFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Opens the file, makes it if need be, and looks whether it is a running server's.
     *
     * @param owners numbers of the users whose file it may be
     * @throws StartFailure with status 1 when it does, and when the file cannot be used: it is a
     *     link or no plain file, somebody else's, holds something other than a process id, or
     *     cannot be opened
     */
    public static PidFile open(Path path, Set<Integer> owners) throws StartFailure {
        try {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                refuseOthersFile(path, owners);
            }
            FileChannel channel = channel(path);
            try {
                // Again, as it may have been exchanged meanwhile.
                refuseOthersFile(path, owners);
                refuseExchangedFile(path);
                PidFile file = new PidFile(path, channel);
                file.refuseRunningServer();
                return file;
            } catch (IOException | StartFailure e) {
                channel.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw unusable(path, "its directory does not exist");
        } catch (FileSystemException e) {
            @Nullable String reason = e.getReason();
            throw unusable(path, reason == null ? e.getClass().getSimpleName() : reason);
        } catch (IOException e) {
            throw unusable(path, OneLine.reason(e));
        }
    }

    /** Writes the process id and a line end. */
    public void write(long pid) throws IOException {
        channel.truncate(0);
        ByteBuffer text = ByteBuffer.wrap((pid + "\n").getBytes(StandardCharsets.US_ASCII));
        long position = 0;
        while (text.hasRemaining()) {
            position += channel.write(text, position);
        }
    }

    /** Removes the file, or empties it where removing is not permitted. */
    public void remove() throws IOException {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            channel.truncate(0);
        } finally {
            channel.close();
        }
    }

    private static FileChannel channel(Path path) throws IOException {
        return FileChannel.open(
                path,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
    }

    private static void refuseOthersFile(Path path, Set<Integer> owners)
            throws IOException, StartFailure {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw unusable(path, "it is not a plain file");
        }
        Map<String, Object> found =
                Files.readAttributes(path, "unix:uid,nlink", LinkOption.NOFOLLOW_LINKS);
        if (!Integer.valueOf(1).equals(found.get("nlink"))) {
            throw unusable(path, "the file has other names, too (hard links); remove this one");
        }
        if (!owners.contains(found.get("uid"))) {
            throw unusable(path, "it belongs to user number " + found.get("uid") + "; remove it");
        }
    }

    /** Whether what was looked at is what was opened: one of our descriptors leads to it. */
    private static void refuseExchangedFile(Path path) throws IOException, StartFailure {
        Map<String, Object> checked =
                Files.readAttributes(path, "unix:dev,ino", LinkOption.NOFOLLOW_LINKS);
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                if (checked.equals(identity(descriptor))) {
                    return;
                }
            }
        }
        throw unusable(path, "it was exchanged while it was opened");
    }

    private static Map<String, Object> identity(Path descriptor) throws IOException {
        try {
            return Files.readAttributes(descriptor, "unix:dev,ino");
        } catch (NoSuchFileException e) {
            return Map.of(); // closed meanwhile
        }
    }

    private void refuseRunningServer() throws IOException, StartFailure {
        String text = content();
        if (!text.isEmpty() && !NUMBER.matcher(text).matches()) {
            throw unusable(path, "it holds something other than a process id");
        }
        long pid = text.isEmpty() ? 0 : Long.parseLong(text);
        @Nullable FileLock lock = channel.tryLock();
        for (int i = 0; lock == null && i < DYING_LOOKS && isDying(pid); i++) {
            LockSupport.parkNanos(DYING_LOOK_NANOS);
            lock = channel.tryLock();
        }
        if (lock == null && pid == 0) {
            throw StartFailure.failed("Found an already running qpsmtpd that holds " + path + ".");
        }
        boolean own = pid == ProcessHandle.current().pid();
        if (lock == null || (pid != 0 && !own && Processes.isQpsmtpd(pid))) {
            throw StartFailure.failed("Found an already running qpsmtpd with pid " + pid + ".");
        }
    }

    /**
     * A process that was killed loses its memory, and with it its command line, before its files.
     */
    private static boolean isDying(long pid) {
        return pid != 0 && !Processes.isQpsmtpd(pid);
    }

    private String content() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
        int length = channel.read(bytes, 0);
        return new String(bytes.array(), 0, Math.max(0, length), StandardCharsets.US_ASCII).strip();
    }

    /** The failure for a file that cannot be used. */
    public static StartFailure unusable(Path path, String reason) {
        return StartFailure.failed(
                "FATAL: the pid file "
                        + path
                        + " cannot be used: "
                        + reason
                        + ": put that right or name another file with --pid-file");
    }
}
