package org.qpsmtpd.core.budget;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The descriptors of the process that clients may take: one for each connection, and one for each
 * message in a spool file. Each of the two has its part, so that many large messages do not keep
 * new connections out; the rest is for everything else, so that configuration, console and log are
 * there however many clients there are.
 */
public final class Descriptors {
    /** Left for jars, logs, configuration, the console, and what plugins open. */
    private static final int RESERVED = 256;

    private static final int FEWEST_SPOOLED = 64;
    private static final int FEWEST = 16;
    private static final int MOST = 50_000;

    private static final Descriptors OF_THIS_PROCESS = new Descriptors(openFiles());

    private final int mostConnections;
    private final int mostSpooled;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger spooled = new AtomicInteger();

    /**
     * @param files how many files the process may have open
     */
    Descriptors(int files) {
        int clients = Math.max(2 * FEWEST, files - Math.min(RESERVED, files / 2));
        mostSpooled = Math.min(clients / 2, Math.max(FEWEST_SPOOLED, clients / 8));
        mostConnections = Math.min(clients - mostSpooled, MOST);
    }

    /** Those of this process, for all servers in it together. */
    public static Descriptors ofThisProcess() {
        return OF_THIS_PROCESS;
    }

    private static int openFiles() {
        try (Stream<String> limits = Files.lines(Path.of("/proc/self/limits"))) {
            return limits.filter(line -> line.startsWith("Max open files"))
                    .map(line -> line.split("\\s+", -1)[3])
                    .mapToInt(Descriptors::number)
                    .findFirst()
                    .orElse(Integer.MAX_VALUE);
        } catch (IOException e) {
            return Integer.MAX_VALUE; // not Linux
        }
    }

    private static int number(String files) {
        boolean small = files.length() <= 9 && files.chars().allMatch(c -> c >= '0' && c <= '9');
        return small ? Integer.parseInt(files) : Integer.MAX_VALUE;
    }

    /** How many connections there may be. */
    public int mostConnections() {
        return mostConnections;
    }

    /** Whether one more connection may be accepted. */
    public boolean haveRoom() {
        return connections.get() < mostConnections;
    }

    /** Counts a connection in, or out when negative. */
    public void connection(int change) {
        connections.addAndGet(change);
    }

    /** Takes one for a spool file, if there is one. */
    public boolean takeSpooled() {
        boolean free = spooled.incrementAndGet() <= mostSpooled;
        if (!free) {
            giveSpooled();
        }
        return free;
    }

    /** A spool file is closed. */
    public void giveSpooled() {
        spooled.decrementAndGet();
    }
}
