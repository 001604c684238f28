package org.qpsmtpd.runtime.felix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Other processes of this host. */
final class Processes {
    private Processes() {}

    /**
     * Whether the process still runs. One that has ended and that its parent has not asked about
     * yet, a zombie, does not: in containers nobody may ever ask.
     */
    static boolean isAlive(long pid) {
        if (ProcessHandle.of(pid).isEmpty()) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state != 'Z' && state != 'X';
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            // It is there, but keeps its state to itself.
            return true;
        }
    }
}
