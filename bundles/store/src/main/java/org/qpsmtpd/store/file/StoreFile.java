package org.qpsmtpd.store.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.store.form.StoreRules;

/**
 * The file that keeps the entries: an MVStore with a map for each store. Used by one thread; all
 * its calls may wait for the disk.
 */
final class StoreFile implements AutoCloseable {
    private static final String MAP = "store.";
    private static final String ABOUT = "about";
    private static final byte[] AHEAD = EntryForm.key("ahead");

    /** How long what newer contents have replaced is left in the file, for a disk that lost them. */
    private static final int RETENTION_MILLIS = 5_000;

    private static final int PAGE_OCTETS = 4_096;
    private static final int CACHE_MIB = 1;
    private static final int DEEPEST = 10;
    private static final int FULL_PERCENT = 70;
    private static final int MOVED_OCTETS = 4 << 20;

    private final MVStore store;
    private final MVMap<byte[], byte[]> about;

    private StoreFile(MVStore store) {
        this.store = store;
        about = map(ABOUT);
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

        Damaged(Path file, Throwable cause) {
            super("the file " + file + " of the stores is damaged: " + cause.getMessage(), cause);
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
        return octets == null || octets.length != Long.BYTES ? 0 : ByteBuffer.wrap(octets).getLong();
    }

    void ahead(long millis) {
        about.put(AHEAD, ByteBuffer.allocate(Long.BYTES).putLong(millis).array());
    }

    /** Names of the stores in the file. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (String map : store.getMapNames()) {
            String name = map.startsWith(MAP) ? map.substring(MAP.length()) : "";
            if (StoreRules.isName(name)) {
                names.add(name);
            }
        }
        return names;
    }

    /**
     * Reads all entries of a store.
     *
     * @return how many there are whose octets are others than were written
     * @throws Damaged when the file cannot be read on
     */
    long read(Path file, String name, Consumer<Entry> taker) throws Damaged {
        long unread = 0;
        try {
            for (Map.Entry<byte[], byte[]> each : map(MAP + name).entrySet()) {
                Entry entry = EntryForm.entry(each.getKey(), each.getValue());
                if (entry == null) {
                    unread++;
                } else {
                    taker.accept(entry);
                }
            }
            return unread;
        } catch (RuntimeException | StackOverflowError e) {
            throw new Damaged(file, e);
        }
    }

    /** Puts changes into the maps; {@link #commit} writes them. */
    void change(String name, Shard.Changes changes) {
        MVMap<byte[], byte[]> map = map(MAP + name);
        if (changes.isAll()) {
            map.clear();
        }
        changes.entries()
                .forEach(
                        (key, entry) -> {
                            if (entry == null) {
                                map.remove(EntryForm.key(key));
                            } else {
                                map.put(EntryForm.key(key), EntryForm.octets(entry));
                            }
                        });
    }

    /** Gives the changes to the operating system, which keeps them when the process ends. */
    void commit() {
        store.commit();
    }

    /** Has the disk keep them, too. */
    void sync() {
        store.sync();
    }

    /** Moves a part of what is used together, so that the file does not grow. */
    void tidy() {
        store.compact(FULL_PERCENT, MOVED_OCTETS);
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

    private MVMap<byte[], byte[]> map(String name) {
        return store.openMap(
                name,
                new MVMap.Builder<byte[], byte[]>().keyType(Octets.TYPE).valueType(Octets.TYPE));
    }
}
