package org.qpsmtpd.store.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.LongDataType;
import org.jspecify.annotations.Nullable;

/**
 * The file that keeps the entries: an MVStore with the changes one after the other, so that what is
 * written is as little as what was changed. Now and then all entries are written behind them, and
 * what is before goes. Used by one thread; all its calls may wait for the disk.
 */
final class StoreFile implements AutoCloseable {
    private static final String ABOUT = "about";
    private static final String CHANGES = "changes";
    private static final Long AHEAD = 0L;

    /**
     * How long what newer contents have replaced is left in the file, for a disk that lost them.
     */
    private static final int RETENTION_MILLIS = 5_000;

    /** Octets of changes before all is written anew; more when there is more. */
    private static final long LEAST_FOLDED = 4 << 20;

    private static final int PAGE_OCTETS = 4_096;
    private static final int CACHE_MIB = 1;
    private static final int DEEPEST = 10;

    private final MVStore store;
    private final MVMap<Long, byte[]> about;
    private final MVMap<Long, byte[]> changes;

    private long next;
    private long newOctets;
    private long foldedOctets;

    private StoreFile(MVStore store) {
        this.store = store;
        about = map(ABOUT);
        changes = map(CHANGES);
        Long last = changes.lastKey();
        next = last == null ? 0 : last + 1;
    }

    /** Another process has the file open. */
    static final class InUse extends IOException {
        private static final long serialVersionUID = 1L;

        InUse(Path file) {
            super("the file " + file + " of the stores is in use by another process");
        }
    }

    /** What is in the file cannot be read. */
    static final class Damaged extends IOException {
        private static final long serialVersionUID = 1L;
        private static final int LONGEST = 120;

        Damaged(Path file, Throwable cause) {
            super("the file " + file + " of the stores is damaged: " + brief(cause), cause);
        }

        private static String brief(Throwable cause) {
            String text = String.valueOf(cause.getMessage());
            return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
        }
    }

    /** Opens a file, which is made when it is not there. */
    static StoreFile open(Path file) throws IOException {
        MVStore.Builder builder =
                new MVStore.Builder()
                        .fileName(file.toString())
                        .autoCommitDisabled()
                        .autoCommitBufferSize(0)
                        .pageSplitSize(PAGE_OCTETS)
                        .cacheSize(CACHE_MIB)
                        .autoCompactFillRate(0);
        @Nullable MVStore store = null;
        try {
            store = builder.open();
            store.setRetentionTime(RETENTION_MILLIS);
            store.setVersionsToKeep(0);
            return new StoreFile(store);
        } catch (RuntimeException | StackOverflowError e) {
            if (store != null) {
                store.closeImmediately();
            }
            throw failure(file, e);
        }
    }

    private static IOException failure(Path file, Throwable fault) {
        int code = fault instanceof MVStoreException e ? e.getErrorCode() : 0;
        if (code == DataUtils.ERROR_FILE_LOCKED) {
            return new InUse(file);
        }
        @Nullable IOException ofDisk = ofDisk(fault);
        boolean canBeRead = Files.isReadable(file) && Files.isWritable(file);
        if (canBeRead && (ofDisk == null || ofDisk instanceof EOFException)) {
            return new Damaged(file, fault);
        }
        return ofDisk == null ? new IOException(fault.toString(), fault) : ofDisk;
    }

    /** What the disk said, where that is behind a fault; else null. */
    static @Nullable IOException ofDisk(Throwable fault) {
        @Nullable Throwable cause = fault;
        for (int i = 0; i < DEEPEST && cause != null; i++) {
            if (cause instanceof IOException ofDisk) {
                return ofDisk;
            }
            cause = cause.getCause();
        }
        return null;
    }

    /** How far the time of the entries was ahead of the clock. */
    long ahead() {
        byte[] octets = about.get(AHEAD);
        return octets == null || octets.length != Long.BYTES
                ? 0
                : ByteBuffer.wrap(octets).getLong();
    }

    void ahead(long millis) {
        if (ahead() != millis) {
            about.put(AHEAD, ByteBuffer.allocate(Long.BYTES).putLong(millis).array());
        }
    }

    /**
     * Reads all changes in the order in which they were made.
     *
     * @throws Damaged when the file cannot be read on
     */
    void read(Path file, Consumer<byte[]> taker) throws Damaged {
        try {
            for (byte[] batch : changes.values()) {
                taker.accept(batch);
            }
        } catch (RuntimeException | StackOverflowError e) {
            throw new Damaged(file, e);
        }
    }

    /** Puts changes behind the others; {@link #commit} writes them. */
    void append(byte[] batch) {
        changes.put(next, batch);
        next++;
        newOctets += batch.length;
    }

    /** Whether the changes have become so many that all entries are written anew. */
    boolean isLong() {
        return newOctets > Math.max(LEAST_FOLDED, foldedOctets);
    }

    /**
     * From here on all entries are appended, as they are now; what is before goes.
     *
     * @return what {@link #fold} is given in the end
     */
    long beginFold() {
        newOctets = 0;
        return next;
    }

    /** Takes out all that is before. */
    void fold(long first) {
        for (Long each = changes.firstKey();
                each != null && each < first;
                each = changes.firstKey()) {
            changes.remove(each);
        }
        foldedOctets = newOctets;
        newOctets = 0;
    }

    /** Gives the changes to the operating system, which keeps them when the process ends. */
    void commit() {
        store.commit();
    }

    /** Has the disk keep them, too. */
    void sync() {
        store.sync();
    }

    /** Gives room at the end of the file back. */
    void shrink(int mostMillis) {
        store.compactFile(mostMillis);
    }

    /** Size of the file in octets. */
    long octets() {
        return store.getFileStore().size();
    }

    /** Leaves the file as it was last committed. */
    void abandon() {
        store.closeImmediately();
    }

    @Override
    public void close() {
        store.close();
    }

    private MVMap<Long, byte[]> map(String name) {
        return store.openMap(
                name,
                new MVMap.Builder<Long, byte[]>()
                        .keyType(LongDataType.INSTANCE)
                        .valueType(Octets.TYPE));
    }
}
