package org.qpsmtpd.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/**
 * A copy of a jar that only the server can write; everything after it reads the copy, so that what
 * was checked is what is installed.
 *
 * @param path where it is, until it is closed
 * @param hash of the content, in lower-case hexadecimal digits
 */
record PrivateCopy(Path path, String hash) implements AutoCloseable {
    private static final int DIGITS = 16;

    /**
     * Copies a jar. A symbolic link is not followed.
     *
     * @param folder private folder for the copy
     * @throws IOException also when the jar grows past {@link TrustCheck#MOST_BYTES}
     */
    static PrivateCopy of(Path jar, Path folder) throws IOException {
        Path path =
                Files.createTempFile(
                        folder,
                        "jar-",
                        "",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        boolean done = false;
        try {
            PrivateCopy copy = new PrivateCopy(path, copy(jar, path));
            done = true;
            return copy;
        } finally {
            if (!done) {
                Files.delete(path);
            }
        }
    }

    private static String copy(Path from, Path to) throws IOException {
        MessageDigest digest = sha256();
        Set<? extends java.nio.file.OpenOption> options =
                Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        try (InputStream in = Channels.newInputStream(Files.newByteChannel(from, options));
                OutputStream out = Files.newOutputStream(to)) {
            byte[] buffer = new byte[1 << 16];
            long all = 0;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                all += count;
                if (all > TrustCheck.MOST_BYTES) {
                    throw new IOException("it grows past " + TrustCheck.MOST_BYTES + " bytes");
                }
                digest.update(buffer, 0, count);
                out.write(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The part of the hash that tells contents of one jar apart. */
    String mark() {
        return hash.substring(0, DIGITS);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
    }
}
