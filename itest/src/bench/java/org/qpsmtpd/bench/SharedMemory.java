package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** System V shared memory, which outlives the process that made it. */
final class SharedMemory {
    private static final Path SEGMENTS = Path.of("/proc/sysvipc/shm");
    private static final Path SEMAPHORES = Path.of("/proc/sysvipc/sem");
    private static final int KEY = 0;
    private static final int ID = 1;
    private static final int CREATOR = 4;

    private SharedMemory() {}

    /** Removes the segments that an ended process made, and the semaphores of the same keys. */
    static void removeOf(long creator) throws InterruptedException {
        for (String segment : ProcFiles.read(SEGMENTS).lines().skip(1).toList()) {
            String[] fields = segment.strip().split(" +");
            if (fields[CREATOR].equals(Long.toString(creator))) {
                remove("-m", fields[ID]);
                removeSemaphores(fields[KEY]);
            }
        }
    }

    private static void removeSemaphores(String key) throws InterruptedException {
        for (String semaphore : ProcFiles.read(SEMAPHORES).lines().skip(1).toList()) {
            String[] fields = semaphore.strip().split(" +");
            if (fields[KEY].equals(key)) {
                remove("-s", fields[ID]);
            }
        }
    }

    private static void remove(String option, String id) throws InterruptedException {
        try {
            Commands.run(List.of("ipcrm", option, id));
        } catch (IOException e) {
            System.err.println("bench: shared memory stays behind: " + e.getMessage());
        }
    }
}
