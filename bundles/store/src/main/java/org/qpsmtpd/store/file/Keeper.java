package org.qpsmtpd.store.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that reads the file of a server's stores, writes into it what has changed, and takes
 * out entries whose life is over. Nobody else waits for the disk.
 */
final class Keeper implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long CLOSING_MILLIS = 5_000;

    private final Place place;
    private final Memory memory;
    private final Readiness readiness;
    private final Thread thread;

    private volatile boolean isClosing;
    private volatile boolean isSaving;
    private final AtomicLong failures = new AtomicLong();
    private volatile long fileOctets;
    private volatile long savedNanos = System.nanoTime();

    private @Nullable StoreFile file;
    private boolean isLoaded;
    private String told = "";
    private long nextTry = System.nanoTime();
    private @Nullable Upkeep upkeep;

    Keeper(String server, Place place, Memory memory, Readiness readiness) {
        this.place = place;
        this.memory = memory;
        this.readiness = readiness;
        thread = new Thread(this, "qpsmtpd-store-" + server);
        thread.setDaemon(true);
    }

    /** Begins to read the file. */
    void start() {
        thread.start();
    }

    /** How often the file could not be opened, read or written. */
    long failures() {
        return failures.get();
    }

    /** Size of the file in octets. */
    long fileOctets() {
        return fileOctets;
    }

    /** How old the oldest change may be that is not in the file, in milliseconds. */
    long unsavedMillis() {
        return isSaving || memory.isChanged()
                ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - savedNanos)
                : 0;
    }

    @Override
    public void run() {
        while (!isClosing) {
            turn();
            LockSupport.parkNanos(PERIOD_NANOS);
            var unused = Thread.interrupted();
        }
        turn();
        StoreFile open = file;
        if (open != null) {
            closeFile(open);
        }
    }

    private static void closeFile(StoreFile open) {
        try {
            open.close();
        } catch (RuntimeException e) {
            open.abandon();
        }
    }

    /**
     * Has no more calls answered, and ends the thread once all is in the file, or after some
     * seconds.
     */
    void close() {
        readiness.close("the stores of this server are closed");
        isClosing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSING_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("stores: {} does not take the last changes; they may be lost", place);
        }
    }

    private void turn() {
        try {
            if (file == null && (isClosing || System.nanoTime() - nextTry >= 0)) {
                open();
            }
            if (isLoaded) {
                memory.tend();
                save();
            }
        } catch (IOException | RuntimeException | StackOverflowError e) {
            fail(e);
        }
    }

    private void open() throws IOException {
        Path path = place.file();
        boolean isNew = Place.isEmpty(path);
        try {
            Place.make(path);
            file = read(path);
        } catch (StoreFile.InUse e) {
            throw e;
        } catch (IOException e) {
            if (isNew && !isLoaded) {
                loaded();
            }
            throw e;
        }
        loaded();
    }

    private StoreFile read(Path path) throws IOException {
        try {
            return readOnce(path);
        } catch (StoreFile.Damaged e) {
            Path aside = Place.setAside(path);
            LOG.error("stores: {}; it is {} now, and a new one is begun", e.getMessage(), aside);
            Place.make(path);
            return readOnce(path);
        }
    }

    private StoreFile readOnce(Path path) throws IOException {
        StoreFile opened = StoreFile.open(path);
        try {
            if (!isLoaded) {
                memory.load(path, opened);
            }
            upkeep = new Upkeep(opened);
            return opened;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            memory.clear();
            opened.abandon();
            throw e;
        }
    }

    private void loaded() {
        if (!isLoaded) {
            isLoaded = true;
            readiness.ready();
        }
    }

    private void save() {
        StoreFile open = file;
        if (open == null) {
            return;
        }
        if (memory.isChanged()) {
            long begun = System.nanoTime();
            isSaving = true;
            memory.save(open);
            isSaving = false;
            savedNanos = begun;
            if (upkeep != null) {
                upkeep.written();
            }
            mended();
        } else {
            savedNanos = System.nanoTime();
        }
        if (upkeep != null) {
            upkeep.run(System.nanoTime());
        }
        fileOctets = open.octets();
    }

    private void mended() {
        if (!told.isEmpty()) {
            told = "";
            LOG.warn("stores: {} is written again", place);
        }
    }

    /** One line for each reason until it is mended; what is in memory stays in use. */
    private void fail(Throwable fault) {
        failures.incrementAndGet();
        nextTry = System.nanoTime() + AGAIN_NANOS;
        StoreFile open = file;
        file = null;
        if (open != null) {
            open.abandon();
            memory.changeAll();
        }
        IOException ofDisk = StoreFile.ofDisk(fault);
        String reason =
                ofDisk instanceof StoreFile.InUse
                        ? String.valueOf(ofDisk.getMessage())
                        : "the file of "
                                + place
                                + " cannot be used: "
                                + (ofDisk == null ? fault : ofDisk);
        if (!isLoaded) {
            readiness.failing(reason + "; it is tried again");
        }
        if (!told.equals(reason)) {
            told = reason;
            LOG.error(
                    "stores: {}; {}, and the file is tried again",
                    reason,
                    isLoaded ? "entries are in memory only" : "calls fail");
        }
    }
}
