package org.qpsmtpd.runtime.felix.socket;

import java.io.Closeable;
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
import java.nio.file.attribute.PosixFilePermissions;
import org.qpsmtpd.api.service.FolderTrust;
import org.qpsmtpd.runtime.felix.host.Folders;

/**
 * The Unix-domain socket on which {@code bin/qpsmtpd --attach} hands over clients of a
 * super-server. What comes there is believed, so only the server's user and root may connect: it is
 * bound in a folder of mode 0700, given mode 0600 there, and only then moved to its place.
 *
 * @param path where it is
 * @param channel listens there, with nobody accepting yet
 * @param inode its number in the file system, by which it is known from a successor
 */
public record AttachSocket(Path path, ServerSocketChannel channel, Object inode)
        implements Closeable {
    /** The variable of the environment that names it, to the server and to the program. */
    public static final String VARIABLE = "QPSMTPD_ATTACH";

    /** What Linux takes, less the closing zero octet; the JDK needs one more. */
    private static final int LONGEST = 106;

    /** As for the other sockets: who comes while the server is full waits here. */
    private static final int BACKLOG = 4096;

    private static final int TYPE = 0170000;
    private static final int SOCKET = 0140000;

    /**
     * Opens a socket at the path. One that a dead server left behind is replaced.
     *
     * @throws IOException with a sentence for the administrator when that cannot be
     */
    public static AttachSocket open(Path path) throws IOException {
        requireShort(path);
        FolderTrust.require(path.resolveSibling(""));
        requireFree(path);
        String name = "." + Long.toString(ProcessHandle.current().pid(), 36);
        Path room = Files.createDirectory(path.resolveSibling(name), Folders.PRIVATE);
        Path made = room.resolve("s");
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            requireShort(made);
            channel.configureBlocking(false);
            channel.bind(UnixDomainSocketAddress.of(made), BACKLOG);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
            AttachSocket socket = new AttachSocket(path, channel, inode(made));
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
            return socket;
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
                            + ": name a shorter one with "
                            + VARIABLE);
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
                            ? "another server has its socket there: name another path with "
                                    + VARIABLE
                            : "something is there");
        } catch (ConnectException e) {
            // Nobody listens: the move puts ours in its place.
            return;
        }
    }

    private static Object inode(Path path) throws IOException {
        return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Removes the file, unless it is another's by now. The socket is the core's, which has closed
     * the descriptor already.
     */
    @Override
    public void close() throws IOException {
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
