package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who hands the messages of a folder on: one instance at a time, of all in this process (two while
 * a plugin is replaced) and of all processes. The one that came last asks for it, and the one that
 * has it gives it when what it has on its way is done.
 *
 * <p>Within the process a system property says who has it, since a lock of a file is the whole
 * process's and goes when anybody in it closes the file. Used by one thread, but {@link #isHeld}
 * and {@link #call}.
 */
final class Turn {
    private static final String PROPERTY = "org.qpsmtpd.plugin.queue.spool.turn ";

    private final Path root;
    private final String token = UUID.randomUUID().toString();
    private volatile @Nullable FileChannel lock;
    private volatile String property = "";

    /**
     * @param root the folder; it need not be there yet
     */
    Turn(Path root) {
        this.root = root;
    }

    boolean isHeld() {
        return lock != null;
    }

    /** Has whoever has the turn give it. */
    void ask() throws IOException {
        Files.writeString(claim(), token);
    }

    /** Whether somebody else has asked. */
    boolean isAskedFor() throws IOException {
        try {
            return !Files.readString(claim()).equals(token);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Takes the turn when nobody has it. */
    boolean take() throws IOException {
        String key = PROPERTY + root.toRealPath();
        if (System.getProperties().putIfAbsent(key, token) != null) {
            return false;
        }
        boolean taken = false;
        try {
            taken = lock();
        } finally {
            if (!taken) {
                System.getProperties().remove(key, token);
            }
        }
        property = key;
        return taken;
    }

    private boolean lock() throws IOException {
        FileChannel channel =
                FileChannel.open(
                        root.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        lock = locked ? channel : null;
        return locked;
    }

    /** Lets somebody else take it. */
    void give() throws IOException {
        FileChannel held = lock;
        if (held == null) {
            return;
        }
        lock = null;
        try {
            held.close();
        } finally {
            System.getProperties().remove(property, token);
        }
    }

    /** Has whoever has the turn look for new messages. */
    void call() throws IOException {
        Files.writeString(root.resolve("called"), "");
    }

    /** Whether somebody has called since this was asked last. */
    boolean wasCalled() throws IOException {
        return Files.deleteIfExists(root.resolve("called"));
    }

    private Path claim() {
        return root.resolve("asked");
    }
}
