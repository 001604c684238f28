package org.qpsmtpd.core.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.core.config.ConfigSource.Stamp;

/**
 * A constant database as cdbmake writes it, held in memory and read anew when the file changed. No
 * library for it is kept up; the format is a page long (256 hash tables behind a table of
 * positions).
 */
final class CdbFile {
    private static final int MAX_BYTES = 512 * 1024 * 1024;
    private static final int HEADER_BYTES = 2048;
    private static final String DAMAGED = "not a constant database";

    private final Path path;
    private volatile Stamp stamp;
    private volatile @Nullable ByteBuffer contents;
    private volatile boolean missing;
    private volatile String failure = "";

    CdbFile(Path path) {
        this.path = path;
        stamp = Stamp.of(path);
        missing = stamp.isAbsent();
    }

    /** Whether there is such a file; one that could never be looked at counts as there. */
    boolean exists() {
        return !missing;
    }

    /** Why it could not be read at the last attempt; empty when it could. */
    String failure() {
        return failure;
    }

    /** Whether what is in it was known at some time, be it nothing. */
    boolean isKnown() {
        return missing || contents != null;
    }

    /**
     * Looks whether it changed, and tries again when it could not be read. What was known before
     * stays in use until the file can be read, or is gone.
     */
    synchronized void refresh() {
        if (failure.isEmpty() && !stamp.isOutdated()) {
            return;
        }
        stamp = Stamp.of(path);
        if (stamp.isAbsent()) {
            contents = null;
            missing = true;
            failure = "";
        } else if (isKnown() || !failure.isEmpty()) {
            tryToRead();
        }
    }

    private void tryToRead() {
        try {
            contents = read();
            missing = false;
            failure = "";
        } catch (IOException e) {
            failure = ConfigReader.reason(e);
        }
    }

    Optional<String> get(String key) throws IOException {
        ByteBuffer file = contents;
        try {
            return find(file == null ? load() : file, key.getBytes(StandardCharsets.UTF_8));
        } catch (IndexOutOfBoundsException e) {
            throw new IOException(DAMAGED, e);
        }
    }

    /** What cannot be read is tried again by {@link #refresh} alone, not by each look-up. */
    private synchronized ByteBuffer load() throws IOException {
        if (contents == null && failure.isEmpty()) {
            tryToRead();
        }
        ByteBuffer file = contents;
        if (file == null) {
            throw new IOException(failure);
        }
        return file;
    }

    private ByteBuffer read() throws IOException {
        long size = Files.size(path);
        if (size < HEADER_BYTES || size > MAX_BYTES) {
            throw new IOException(DAMAGED);
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) size);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                // until the file is read
            }
        }
        return buffer.flip()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asReadOnlyBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Optional<String> find(ByteBuffer file, byte[] key) {
        int hash = 5381;
        for (byte b : key) {
            hash = ((hash << 5) + hash) ^ (b & 0xFF);
        }
        int entry = (hash & 0xFF) * 8;
        int table = file.getInt(entry);
        int slots = file.getInt(entry + 4);
        if (slots <= 0) {
            return Optional.empty();
        }
        int start = Integer.remainderUnsigned(hash >>> 8, slots);
        for (int i = 0; i < slots; i++) {
            int slot = table + (start + i) % slots * 8;
            int position = file.getInt(slot + 4);
            if (position == 0) {
                return Optional.empty();
            }
            if (file.getInt(slot) == hash && matches(file, position, key)) {
                return Optional.of(value(file, position));
            }
        }
        return Optional.empty();
    }

    private static boolean matches(ByteBuffer file, int position, byte[] key) {
        if (file.getInt(position) != key.length) {
            return false;
        }
        for (int i = 0; i < key.length; i++) {
            if (file.get(position + 8 + i) != key[i]) {
                return false;
            }
        }
        return true;
    }

    private static String value(ByteBuffer file, int position) {
        int start = position + 8 + file.getInt(position);
        int length = file.getInt(position + 4);
        if (length < 0 || length > file.limit() - start) {
            throw new IndexOutOfBoundsException("value of " + length + " octets");
        }
        byte[] value = new byte[length];
        for (int i = 0; i < value.length; i++) {
            value[i] = file.get(start + i);
        }
        return new String(value, StandardCharsets.UTF_8);
    }
}
