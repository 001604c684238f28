package org.qpsmtpd.plugin.ident.geoip;

import com.maxmind.db.Reader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of MaxMind's format. It is kept in memory: a file mapped into it would break what reads
 * when somebody writes over it.
 */
final class DatabaseFile {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseFile.class);

    /** What part of the memory one file may take. */
    private static final int PART = 4;

    private final Path path;
    private volatile @Nullable Reader reader;

    /** What the file looked like when it was last read; belongs to who refreshes. */
    private Stamp seen = Stamp.NONE;

    private record Stamp(long modified, long size, String key) {
        static final Stamp NONE = new Stamp(0, 0, "");
    }

    DatabaseFile(Path path) {
        this.path = path;
    }

    /** Whether it has been read. */
    boolean isThere() {
        return reader != null;
    }

    /** Reads the file when it is another one than before. Waits for the disk. */
    void refresh() {
        try {
            Stamp now = stamp();
            if (now.equals(seen)) {
                return;
            }
            seen = now;
            reader = read(now);
            LOG.info("{} is in use", path);
        } catch (NoSuchFileException e) {
            if (!seen.equals(Stamp.NONE)) {
                seen = Stamp.NONE;
                LOG.warn("{} is gone, what it said stays in use; bring it back", path);
            }
        } catch (IOException e) {
            String instead = isThere() ? "what it said before stays in use" : "it is left out";
            LOG.warn("{} cannot be read, {}: {}", path, instead, e.getMessage());
        }
    }

    private Stamp stamp() throws IOException {
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
        return new Stamp(
                found.lastModifiedTime().toMillis(), found.size(), String.valueOf(found.fileKey()));
    }

    private Reader read(Stamp now) throws IOException {
        long most = Runtime.getRuntime().maxMemory() / PART;
        if (now.size > most) {
            throw new IOException(
                    now.size + " octets, and the memory of the server allows " + most);
        }
        try {
            Reader fresh = new Reader(path.toFile(), Reader.FileMode.MEMORY);
            probe(fresh);
            return fresh;
        } catch (RuntimeException e) {
            // What the library throws when something in the file makes no sense.
            throw new IOException("damaged: " + e, e);
        }
    }

    /** A file cut off or overwritten in the middle is found by what it says of some addresses. */
    private static void probe(Reader fresh) throws IOException {
        for (int first = 1; first < 224; first++) {
            byte[] address = {(byte) first, 1, 1, 1};
            var unused = fresh.get(InetAddress.getByAddress(address), Map.class);
        }
    }

    /** What it says of an address; empty when nothing. */
    Map<?, ?> find(InetAddress address) {
        Reader known = reader;
        if (known == null) {
            return Map.of();
        }
        try {
            Map<?, ?> found = known.get(address, Map.class);
            return found == null ? Map.of() : found;
        } catch (IOException | RuntimeException e) {
            // An entry that makes no sense, or IPv6 in a file that has IPv4 only.
            LOG.debug("{}: {}: {}", path, address.getHostAddress(), e.getMessage());
            return Map.of();
        }
    }
}
