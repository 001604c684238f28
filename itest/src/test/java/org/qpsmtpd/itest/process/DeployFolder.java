package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.qpsmtpd.itest.ServerUnderTest;

/**
 * Puts jars into the deploy folder of a server, in the ways in which administrators do.
 *
 * @param path the folder
 */
record DeployFolder(Path path) {
    private static final int PIECES = 8;
    private static final Duration BETWEEN = Duration.ofMillis(30);

    static DeployFolder of(ServerUnderTest server) {
        return new DeployFolder(server.deploy());
    }

    /** A jar that is whole from the first moment it is seen, by rename. */
    Path put(String name, byte[] jar) {
        try {
            Path part = Files.createTempFile(path.resolveSibling(""), "jar", ".part");
            Files.write(part, jar);
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-r--r--"));
            return Files.move(part, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A jar that grows while it can be seen, over the one that is there, as a slow copy makes it.
     */
    Path copySlowly(String name, byte[] jar) {
        Path file = path.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            int piece = jar.length / PIECES + 1;
            for (int from = 0; from < jar.length; from += piece) {
                out.write(jar, from, Math.min(piece, jar.length - from));
                out.flush();
                LockSupport.parkNanos(BETWEEN.toNanos()); // it is the pace of the copy
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    /** Removes a jar. */
    void remove(String name) {
        try {
            Files.delete(path.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the server says why it does not take a jar. */
    Path note(String name) {
        return path.resolve(name + ".rejected");
    }

    /** What it says there; empty when there is no such file. */
    String rejection(String name) throws IOException {
        return Files.exists(note(name)) ? Files.readString(note(name)) : "";
    }
}
