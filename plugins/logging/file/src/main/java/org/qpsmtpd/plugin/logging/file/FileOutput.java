package org.qpsmtpd.plugin.logging.file;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where lines of one name go. A fault never reaches the one who logs: it is complained of once, the
 * lines are lost, and after 10 seconds another attempt is made. Not safe for use by several
 * threads.
 */
final class FileOutput {
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final String name;
    private final Opener opener;
    private final boolean keptOpen;
    private final Consumer<String> complaints;
    private @Nullable Sink sink;
    private @Nullable Instant failed;
    private boolean complained;
    private int users;

    /** Opens the file or starts the command. */
    @FunctionalInterface
    interface Opener {
        Sink open() throws IOException;
    }

    /**
     * @param name what a file name or command line came to
     * @param keptOpen false to open and close it for each line
     * @param complaints takes a text when lines are lost
     */
    FileOutput(String name, Opener opener, boolean keptOpen, Consumer<String> complaints) {
        this.name = name;
        this.opener = opener;
        this.keptOpen = keptOpen;
        this.complaints = complaints;
    }

    String name() {
        return name;
    }

    /** Counts one more user. */
    void acquire() {
        users++;
    }

    /** Counts one user less, and says whether there is none left. */
    boolean release() {
        users--;
        return users == 0;
    }

    /**
     * Writes a line.
     *
     * @param now when it was said
     */
    void write(byte[] line, Instant now) {
        if (sink == null && isPausing(now)) {
            return;
        }
        try {
            Sink open = sink == null ? opener.open() : sink;
            sink = open;
            open.write(line);
            complained = false;
            if (!keptOpen) {
                close();
            }
        } catch (IOException e) {
            failed = now;
            close();
            complain(e);
        }
    }

    /** A clock that was set back since the fault ends the pause, which might last for hours. */
    private boolean isPausing(Instant now) {
        Instant fault = failed;
        return fault != null && !now.isBefore(fault) && now.isBefore(fault.plus(PAUSE));
    }

    /** Closes it, to be opened by the next line, also during the pause after a fault. */
    void reopen() {
        failed = null;
        close();
    }

    /** Closes it. */
    void close() {
        Sink open = sink;
        sink = null;
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (IOException e) {
            complain(e);
        }
    }

    private void complain(IOException fault) {
        if (!complained) {
            complained = true;
            complaints.accept(name + ": " + fault.getMessage());
        }
    }
}
