package org.qpsmtpd.runtime.felix.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/**
 * {@code --renice-parent}: qpsmtpd's parent process runs at a lower nice value than its children.
 * Here the threads that accept and manage are the parent and the workers are the children. On Linux
 * each thread has a nice value of its own and a new thread takes over that of the thread that makes
 * it.
 */
public final class Priority {
    private static final String BEFORE = "org.qpsmtpd.nice";
    private static final int LEAST = -20;
    private static final int MOST = 19;

    /** Threads made meanwhile by threads not yet changed are met in the next round. */
    private static final int ROUNDS = 5;

    private final int original;
    private final int lowered;

    private Priority(int original, int lowered) {
        this.original = original;
        this.lowered = lowered;
    }

    /**
     * Reads the nice value the process was started with: the start script lowers it where root has
     * no right to any longer, and names the one before.
     *
     * @param by how much to lower it, not negative
     * @param asked whether the administrator asked for it; the default only goes as far as it can
     * @throws StartFailure with status 2 when the result would not be a nice value
     */
    public static Priority lowering(int by, boolean asked) throws IOException, StartFailure {
        int now = niceValue(Files.readString(Path.of("/proc/self/stat")));
        return from(Integer.getInteger(BEFORE, now), by, asked);
    }

    static Priority from(int now, int by, boolean asked) throws StartFailure {
        int lowered = now - by;
        if (lowered < LEAST && asked) {
            throw StartFailure.usage(
                    "option --renice-parent: "
                            + by
                            + " makes the nice value "
                            + now
                            + " into "
                            + lowered
                            + ", which must be from "
                            + LEAST
                            + " to "
                            + MOST);
        }
        return new Priority(now, Math.max(LEAST, lowered));
    }

    /** Field 19 of a {@code stat} file; the name in field 2 may itself contain blanks. */
    static int niceValue(String stat) {
        List<String> afterName = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        return Integer.parseInt(afterName.get(16));
    }

    public int original() {
        return original;
    }

    public int lowered() {
        return lowered;
    }

    public boolean changes() {
        return lowered != original;
    }

    /**
     * Lowers the nice value of every thread there is.
     *
     * @return false when the system does not permit it; then nothing has been changed
     */
    public boolean lower() throws IOException {
        Set<Integer> done = new HashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            boolean more = false;
            for (int thread : threads()) {
                if (done.add(thread)) {
                    more = true;
                    boolean changed = set(thread, lowered);
                    if (!changed && done.size() == 1) {
                        return false;
                    }
                }
            }
            if (!more) {
                return true;
            }
        }
        return true;
    }

    /** Gives the calling thread the nice value from before {@link #lower()}. */
    public void restoreForThisThread() {
        set(0, original);
    }

    private static boolean set(int thread, int value) {
        return LibC.setpriority(LibC.PRIO_PROCESS, thread, value) == 0;
    }

    private static List<Integer> threads() throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/proc/self/task"))) {
            return entries.map(p -> Integer.valueOf(p.getFileName().toString())).sorted().toList();
        }
    }
}
