package org.qpsmtpd.runtime.felix.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What root may do beyond other users. A server that stays root needs none of it once its sockets
 * are bound. The start script has the JVM begin without any, since Linux keeps them for each thread
 * and gives no call that changes them in all threads; one is left where a port below 1024 is asked
 * for, and is given up here by the thread that makes all of ours.
 */
public final class Capabilities {
    private static final Path STATUS = Path.of("/proc/thread-self/status");
    private static final String PERMITTED = "CapPrm:";
    private static final long BIND_LOW_PORTS = 1L << 10;
    private static final int VERSION = 0x20080522;
    private static final int ALL_SETS = 6;

    private Capabilities() {}

    /** Whether this thread has more of them than the start script leaves to root. */
    public static boolean areMany() throws IOException {
        return (permitted(Files.readAllLines(STATUS)) & ~BIND_LOW_PORTS) != 0;
    }

    /** Gives all of them up, for this thread and those that it makes. */
    public static void giveUp() throws IOException {
        if (permitted(Files.readAllLines(STATUS)) == 0) {
            return;
        }
        if (LibC.capset(new int[] {VERSION, 0}, new int[ALL_SETS]) != 0) {
            throw new IOException("root's capabilities cannot be given up: " + LibC.lastError());
        }
    }

    /** Capability N as bit N, from the lines of a {@code status} file. */
    static long permitted(List<String> status) {
        return status.stream()
                .filter(line -> line.startsWith(PERMITTED))
                .mapToLong(
                        line ->
                                Long.parseUnsignedLong(
                                        line.substring(PERMITTED.length()).strip(), 16))
                .findFirst()
                .orElse(0);
    }
}
