package org.qpsmtpd.plugin.logging.json;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.LogFile;

/**
 * Where the lines go. A fault of the disk is complained of once, lines are lost and counted, and
 * after 10 seconds it is tried again. Used by one thread at a time.
 */
final class Output {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final @Nullable PrintStream stream;
    private final Path path;
    private final Consumer<String> complain;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private @Nullable LogFile file;
    private boolean pauses;
    private boolean complained;
    private long failedAt;

    /**
     * @param stream takes the lines; null for the file
     * @param path absolute path of the file
     * @param complain takes a sentence for the administrator
     */
    Output(@Nullable PrintStream stream, Path path, Consumer<String> complain) {
        this.stream = stream;
        this.path = path;
        this.complain = complain;
    }

    void write(String line) {
        byte[] octets = line.getBytes(StandardCharsets.UTF_8);
        PrintStream open = stream;
        if (open == null) {
            toFile(octets);
        } else {
            open.write(octets, 0, octets.length);
            open.flush();
            written.incrementAndGet();
        }
    }

    private void toFile(byte[] line) {
        if (pauses && System.nanoTime() - failedAt < PAUSE_NANOS) {
            lost.incrementAndGet();
            return;
        }
        try {
            LogFile open = file == null ? new LogFile(path) : file;
            file = open;
            open.write(line);
            written.incrementAndGet();
            pauses = false;
            complained = false;
        } catch (IOException e) {
            failed(e);
        }
    }

    private void failed(IOException fault) {
        lost.incrementAndGet();
        close();
        pauses = true;
        failedAt = System.nanoTime();
        if (!complained) {
            complained = true;
            complain.accept(path + ": " + fault.getMessage());
        }
    }

    /** Has the next line open the file anew, also during the pause after a fault. */
    void reopen() {
        pauses = false;
        close();
    }

    void close() {
        LogFile open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                complain.accept(path + ": " + e.getMessage());
            }
        }
    }

    long written() {
        return written.get();
    }

    long lost() {
        return lost.get();
    }
}
