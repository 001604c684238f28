package org.qpsmtpd.store.file;

import java.util.concurrent.TimeUnit;

/** Keeps the file small, and has the disk keep what the operating system was given. */
final class Upkeep {
    private static final long SYNC_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long SHRINK_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int SHRINK_MILLIS = 150;
    private static final int SMALL = 16 << 20;

    private final StoreFile file;
    private long synced = System.nanoTime();
    private long shrunk = System.nanoTime();
    private boolean isWritten;

    Upkeep(StoreFile file) {
        this.file = file;
    }

    /** The file has been written. */
    void written() {
        isWritten = true;
    }

    /** Does what is due. */
    void run(long now) {
        if (isWritten && now - synced > SYNC_NANOS) {
            synced = now;
            isWritten = false;
            file.sync();
        }
        if (now - shrunk > SHRINK_NANOS && file.octets() > SMALL) {
            shrunk = now;
            file.shrink(SHRINK_MILLIS);
        }
    }
}
