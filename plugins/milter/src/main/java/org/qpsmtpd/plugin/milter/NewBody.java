package org.qpsmtpd.plugin.milter;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;

/**
 * A new body that a filter says piece by piece: in memory as long as it is small, then in a file.
 * Used by one thread at a time.
 */
final class NewBody {
    private static final int MOST_IN_MEMORY = 256 * 1024;

    private final long most;
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private @Nullable Path file;
    private boolean isThere;
    private long size;

    /**
     * @param most octets that it may have
     */
    NewBody(long most) {
        this.most = most;
    }

    /** Adds a piece, to memory. */
    void add(byte[] piece) {
        isThere = true;
        size += piece.length;
        if (size > most) {
            throw new PeerFailure(
                    Kind.FAULT, "it replaces the body by one of more than " + most + " octets");
        }
        memory.writeBytes(piece);
    }

    /** Whether a filter has said one; it may be empty. */
    boolean isThere() {
        return isThere;
    }

    /** Whether it is to go from memory into the file, before more is added. */
    boolean isFull() {
        return memory.size() > MOST_IN_MEMORY;
    }

    boolean hasFile() {
        return file != null;
    }

    void setFile(Path newFile) {
        file = newFile;
    }

    /** Moves what is in memory behind what is in the file. Waits for the disk. */
    void flush() {
        Path to = file;
        if (to == null) {
            throw new IllegalStateException("no file yet");
        }
        try (OutputStream out = Files.newOutputStream(to, StandardOpenOption.APPEND)) {
            memory.writeTo(out);
        } catch (IOException e) {
            throw new PeerFailure(Kind.FAULT, "the new body cannot be written: " + e.getMessage());
        }
        memory.reset();
    }

    /** Writes it. */
    void writeTo(OutputStream out) throws IOException {
        Path from = file;
        if (from != null) {
            try (InputStream in = Files.newInputStream(from)) {
                var unused = in.transferTo(out);
            }
        }
        memory.writeTo(out);
    }
}
