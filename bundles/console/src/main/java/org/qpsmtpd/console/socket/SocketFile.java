package org.qpsmtpd.console.socket;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.SecureRandom;
import java.util.Set;
import org.qpsmtpd.api.service.FolderTrust;

/**
 * A Unix-domain socket in the file system. It is bound in a directory of mode 0700 that is made for
 * it, given mode 0600 there, and only then moved to its place: there is no moment at which others
 * can connect.
 *
 * @param path where it is
 * @param channel what accepts there
 * @param owner whose it is
 * @param inode its number in the file system, by which it is known from a successor
 */
record SocketFile(Path path, ServerSocketChannel channel, UserPrincipal owner, Object inode) {
    /** What Linux takes, less the closing zero octet; the JDK needs one more. */
    static final int LONGEST = 106;

    private static final int BACKLOG = 8;
    private static final int TYPE = 0170000;
    private static final int SOCKET = 0140000;
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * Opens a socket at the path. One that a dead server left behind is replaced.
     *
     * @throws IOException with a sentence for the administrator when that cannot be
     */
    static SocketFile open(Path path) throws IOException {
        requireShort(path);
        FolderTrust.require(path.resolveSibling(""));
        requireFree(path);
        // Short, since its path has the same bound.
        String name = "." + Integer.toString(RANDOM.nextInt(Integer.MAX_VALUE), 36);
        Path room = Files.createDirectory(path.resolveSibling(name), PRIVATE);
        Path made = room.resolve("s");
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            requireShort(made);
            channel.bind(UnixDomainSocketAddress.of(made), BACKLOG);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
            SocketFile file = new SocketFile(path, channel, Files.getOwner(made), inode(made));
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
            return file;
        } catch (IOException e) {
            channel.close();
            throw e;
        } finally {
            Files.deleteIfExists(made);
            Files.deleteIfExists(room);
        }
    }

    private static void requireShort(Path path) throws IOException {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST) {
            throw new IOException(
                    "the path of a socket may have "
                            + LONGEST
                            + " octets, this one has "
                            + length
                            + ": name a shorter one with QPSMTPD_CONSOLE");
        }
    }

    private static void requireFree(Path path) throws IOException {
        try {
            int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            if ((mode & TYPE) != SOCKET) {
                throw new IOException("something is there that is no socket: remove it");
            }
            FolderTrust.require(path); // the socket of another user may keep us waiting
        } catch (NoSuchFileException e) {
            return;
        }
        try (SocketChannel live = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            throw new IOException(
                    live.isConnected()
                            ? "another server has its console there: name another path"
                            : "something is there");
        } catch (ConnectException e) {
            // Nobody listens: the move puts ours in its place.
            return;
        }
    }

    private static Object inode(Path path) throws IOException {
        return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }

    /** Closes the socket and removes the file, unless it is another's by now. */
    void close() throws IOException {
        channel.close();
        try {
            if (inode(path).equals(inode)) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            // Somebody has removed it before.
            return;
        }
    }
}
